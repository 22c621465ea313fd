"""Names that lead somewhere: every reference resolves inside the set, or is provided from outside."""

from collections.abc import Iterator
from dataclasses import dataclass

from headway.policies.finding import Severity
from headway.policies.index import Index
from headway.policies.manifest import Field
from headway.policies.node_pools import demands_of, node_pools
from headway.policies.pods import Container, Pod
from headway.policies.rule import Hit, rule

_PROVIDED = {
    "ConfigMap": ("kube-root-ca.crt", "istio-ca-root-cert"),
    "ServiceAccount": ("default",),
    "PriorityClass": ("system-cluster-critical", "system-node-critical"),
    "ClusterRole": ("cluster-admin", "admin", "edit", "view"),
    "NodeClass": ("default",),
}
"""What the cluster itself has."""
_OPEN: dict[str, Severity | None] = {
    "Secret": None,
    "ServiceAccount": "note",
    "StorageClass": None,
    "IngressClass": None,
    "PriorityClass": "note",
    "ClusterRole": "note",
}
"""How sure one can be that it is missing where the set may not be everything; other kinds are warnings."""
_WORKLOADS = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "Rollout", "LeaderWorkerSet"})


@dataclass(frozen=True)
class Reference:
    """A name that one object gives for another."""

    at: Field
    kind: str
    namespace: str | None = None

    @property
    def name(self) -> str:
        return self.at.text() or ""


@rule(
    "reference-unresolved",
    traps=("C6", "N10"),
    severity="error",
    proves="Every ConfigMap, Secret, claim, account, class, role and scale target that an object names is in the set.",
    needs="The whole environment (--env) for an error; without it, a kind that is usually shipped along, as a warning.",
    remedy="ship the object, or correct the name",
)
def reference_unresolved(index: Index) -> Iterator[Hit]:
    """A pod whose ConfigMap or claim does not exist stays in ContainerCreating; a scaler without its target reports an
    error that nobody reads. What kustomize generates, an ExternalSecret or a Certificate makes, Terraform creates, or the
    cluster has by itself counts as there. Without `--env` the files may not be everything: Secrets, classes, and scale
    targets where no workload stands beside the scaler are then taken on trust, accounts are a note, and a set with Helm
    releases is believed to have the rest from them."""
    made = index.derive(_made)
    for reference in _references(index):
        if not reference.name or "$" in reference.name or "{{" in reference.name or _exists(index, made, reference):
            continue
        severity = _severity(index, reference)
        if severity:
            what = f"refers to {reference.kind} {reference.name}, which is not in the set"
            yield Hit(reference.at, what, f"ship the {reference.kind}, or correct the name", severity)


def _exists(index: Index, made: set[tuple[str, str]], reference: Reference) -> bool:
    kind, name = reference.kind, reference.name
    return (
        name in _PROVIDED.get(kind, ())
        or name.startswith("system:")
        or (kind, name) in made
        or index.named(kind, name, reference.at, reference.namespace) is not None
    )


def _severity(index: Index, reference: Reference) -> Severity | None:
    if index.facts.closed:
        return "error"
    severity = _OPEN.get(reference.kind, "warning")
    if reference.kind in _WORKLOADS and not index.stands_beside(reference.at.manifest):
        return None
    elsewhere = index.terraform is not None or any(index.of_kind("HelmRelease", "HelmChart"))
    return "note" if severity and elsewhere else severity


def _made(index: Index) -> set[tuple[str, str]]:
    """Kind and name of objects that something in the set makes."""
    made: set[tuple[str, str]] = set(index.terraform.objects) if index.terraform else set()
    for m in index.of_kind("ExternalSecret", "PushSecret"):
        made.add(("Secret", m.text("spec", "target", "name") or m.name))
    for m in index.of_kind("Certificate"):
        made.add(("Secret", m.text("spec", "secretName") or ""))
    for m in index.of_kind("SealedSecret", "SecretProviderClass"):
        made.add(("Secret", m.text("spec", "template", "metadata", "name") or m.name))
        made |= {("Secret", entry.text("secretName") or "") for entry in m.each("spec", "secretObjects")}
    for kustomization in index.kustomizations:
        for key, kind in (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")):
            made |= {(kind, entry.text("name") or "") for entry in kustomization.each(key)}
    for m in index.of_kind("StatefulSet"):
        made |= {
            ("PersistentVolumeClaim", t.text("metadata", "name") or "") for t in m.each("spec", "volumeClaimTemplates")
        }
    return made


def _references(index: Index) -> Iterator[Reference]:
    for pod in index.pods:
        yield from _of_pod(pod)
    for m in index.of_kind("ScaledObject", "HorizontalPodAutoscaler"):
        target = m.at("spec", "scaleTargetRef")
        kind = target.text("kind") or "Deployment"
        if kind in _WORKLOADS:
            yield Reference(target.at("name"), kind)
    for m in index.of_kind("NodePool"):
        ref = m.at("spec", "template", "spec", "nodeClassRef")
        yield Reference(ref.at("name"), ref.text("kind") or "EC2NodeClass")
    for m in index.of_kind("RoleBinding", "ClusterRoleBinding"):
        yield Reference(m.at("roleRef", "name"), m.text("roleRef", "kind") or "Role")
        for subject in m.each("subjects"):
            if subject.text("kind") == "ServiceAccount":
                yield Reference(subject.at("name"), "ServiceAccount", subject.text("namespace"))
    for m in index.of_kind("ExternalSecret"):
        ref = m.at("spec", "secretStoreRef")
        yield Reference(ref.at("name"), ref.text("kind") or "SecretStore")
    for m in index.of_kind("PersistentVolumeClaim"):
        yield Reference(m.at("spec", "storageClassName"), "StorageClass")
    for m in index.of_kind("Ingress"):
        yield Reference(m.at("spec", "ingressClassName"), "IngressClass")
    for m in index.of_kind("IngressClass"):
        parameters = m.at("spec", "parameters")
        yield Reference(parameters.at("name"), parameters.text("kind") or "IngressClassParams")
    for m in index.of_kind("ScaledObject"):
        for trigger in m.each("spec", "triggers"):
            ref = trigger.at("authenticationRef")
            yield Reference(ref.at("name"), ref.text("kind") or "TriggerAuthentication")


def _of_pod(pod: Pod) -> Iterator[Reference]:
    yield Reference(pod.spec.at("serviceAccountName"), "ServiceAccount")
    yield Reference(pod.spec.at("priorityClassName"), "PriorityClass")
    for volume in pod.spec.each("volumes"):
        for source in (volume, *volume.each("projected", "sources")):
            yield from _optional(source.at("configMap"), "name", "ConfigMap")
            yield from _optional(source.at("secret"), "secretName" if source is volume else "name", "Secret")
        claim = volume.at("persistentVolumeClaim", "claimName")
        if claim:
            yield Reference(claim, "PersistentVolumeClaim")
    for container in pod.all_containers:
        yield from _of_environment(container)


def _of_environment(container: Container) -> Iterator[Reference]:
    for source in container.each("envFrom"):
        yield from _optional(source.at("configMapRef"), "name", "ConfigMap")
        yield from _optional(source.at("secretRef"), "name", "Secret")
    for variable in container.each("env"):
        yield from _optional(variable.at("valueFrom", "configMapKeyRef"), "name", "ConfigMap")
        yield from _optional(variable.at("valueFrom", "secretKeyRef"), "name", "Secret")


def _optional(source: Field, key: str, kind: str) -> Iterator[Reference]:
    if source and source.at("optional").value is not True:
        yield Reference(source.at(key), kind)


@rule(
    "node-selector-unprovided",
    traps=("N14",),
    severity="error",
    proves="Every label that a pod demands of its node is one that a NodePool of the set gives.",
    needs="The pod and at least one NodePool.",
    remedy="name a label that a NodePool gives its nodes",
)
def node_selector_unprovided(index: Index) -> Iterator[Hit]:
    """Karpenter launches nothing for a label that no pool states: the pod stays Pending for ever. Labels of zones,
    architecture, instance types and capacity are decided by the machine and taken as given. Without `--env` nodes of
    pools that are not in the files may carry the label: a warning, and silence for labels of Kubernetes itself. Of several
    values in a required node affinity one is enough; with `--env` the others are a warning."""
    pools = index.derive(node_pools).pools
    for pod in index.pods if pools else ():
        for place, key, values, alone in _demanded(pod):
            dead = [value for value in values if all(pool.offers(key, value) is False for pool in pools)]
            if not dead or _of_others(index, key) or not (index.facts.closed or (alone and dead == values)):
                continue
            message = f"wants nodes with {key}: {' or '.join(dead)}, which no NodePool labels"
            offered = sorted({pool.labels[key] for pool in pools if key in pool.labels})
            remedy = f"{key} is offered as {', '.join(offered)}" if offered else None
            sure = alone and dead == values and index.facts.closed
            yield Hit(place, message, remedy, None if sure else "warning")


def _demanded(pod: Pod) -> Iterator[tuple[Field, str, list[str], bool]]:
    """Labels that a pod demands of its node, each with the values that would do, and whether no other term would do."""
    for key, wanted in pod.spec.entries("nodeSelector"):
        yield wanted, key, [wanted.scalar() or ""], True
    terms = demands_of(pod).terms
    for term in terms:
        for requirement in term:
            if requirement.operator == "In" and requirement.values:
                yield requirement.at, requirement.key, list(requirement.values), len(terms) == 1


def _of_others(index: Index, key: str) -> bool:
    """Whether other agents than Karpenter give the label: cloud node groups, feature discovery, Kubernetes itself."""
    foreign = ("kubernetes.io/", "eks.amazonaws.com/", "alpha.eksctl.io/", "cloud.google.com/", "feature.node.")
    return not index.facts.closed and any(part in key for part in foreign)
