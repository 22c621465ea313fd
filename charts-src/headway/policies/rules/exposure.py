"""What is open to whom: load balancers, engines without a gateway, secrets in Git, pods that a namespace refuses."""

import base64
import re
from collections.abc import Iterator

from headway.policies.finding import Severity
from headway.policies.index import Index
from headway.policies.manifest import Field, Manifest
from headway.policies.model_server import ModelServer, answering_servers, servers_behind
from headway.policies.pods import Container, Pod
from headway.policies.request_path import ALB, backends
from headway.policies.rule import Hit, rule
from headway.policies.selectors import pods_matching

_INTERNAL = re.compile(
    r"grafana|prometheus|alertmanager|kibana|jaeger|argocd|argo-cd|vllm|sglang|redis|postgres|milvus|qdrant"
)
_SECRET_NAME = re.compile(r"PASSWORD|PASSWD|SECRET|TOKEN$|API_?KEY$|ACCESS_KEY$|PRIVATE_KEY", re.IGNORECASE)
_SECRET_VALUE = re.compile(
    r"hf_[A-Za-z0-9]{20,}|sk-[A-Za-z0-9_-]{20,}|AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{30,}|-----BEGIN [A-Z ]*PRIVATE KEY"
)
_FILLED_IN = re.compile(
    r"^$|[<{$]|^(?:x+|\*+|\.+|-+)$|your|changeme|change-me|replace|example|placeholder|dummy|none|empty|fake",
    re.IGNORECASE,
)
_AWS = "service.beta.kubernetes.io/aws-load-balancer-"


@rule(
    "public-load-balancer",
    traps=("G8",),
    severity="error",
    proves="No dashboard, database or bare engine has a load balancer on the internet.",
    needs="The Service or Ingress, and what it selects.",
    remedy="service.beta.kubernetes.io/aws-load-balancer-scheme: internal",
)
def public_load_balancer(index: Index) -> Iterator[Hit]:
    """A Service of type LoadBalancer without `internal` is on the internet with the controller that Kubernetes carries
    itself; with the AWS Load Balancer Controller only where it says `internet-facing`. Prometheus and Grafana show
    everything, and the engine answers /invocations, /tokenize and /metrics without any key. Other Services are a warning."""
    for service in index.of_kind("Service"):
        if service.text("spec", "type") == "LoadBalancer" and (why := _public(service)):
            private = _INTERNAL.search(service.name) or served(index, service)
            what = "serves an engine" if served(index, service) else f"is {service.name}"
            message = f"{what} on a public load balancer: {why}"
            yield Hit(service.at("spec", "type"), message, severity=None if private else "warning")
    for ingress in index.of_kind("Ingress"):
        scheme = ingress.at("metadata", "annotations", f"{ALB}scheme")
        if scheme.text() == "internet-facing":
            for service in backends(index, ingress):
                if _INTERNAL.search(service.name) or served(index, service):
                    yield Hit(scheme, f"puts {service.name} on the internet without a gateway before it")
                    break


def _public(service: Manifest) -> str | None:
    """Why its load balancer is public, or `None`."""
    annotations = service.at("metadata", "annotations")
    scheme = annotations.text(f"{_AWS}scheme")
    internal = annotations.scalar(f"{_AWS}internal")
    if scheme == "internet-facing":
        return "its scheme is internet-facing"
    ours = annotations.text(f"{_AWS}type") in ("external", "nlb-ip") or service.text("spec", "loadBalancerClass")
    other_cloud = any("azure" in key or "cloud.google" in key or "metallb" in key for key, _ in annotations.entries())
    closed = scheme == "internal" or internal in ("true", "0.0.0.0/0") or ours or other_cloud
    if closed or service.each("spec", "loadBalancerSourceRanges"):
        return None
    return "no annotation makes it internal"


def served(index: Index, service: Manifest) -> list[ModelServer]:
    """Servers that answer behind a Service."""
    return [server for server in servers_behind(index, service)[1] if server.answers]


@rule(
    "engine-reachable-by-all",
    traps=("V8",),
    severity="error",
    proves="Only chosen pods can reach a model server.",
    needs="The NetworkPolicies of its namespace; without the whole environment (--env) the rule says a note.",
    remedy="a NetworkPolicy that lets only the gateway and the collector in",
)
def engine_reachable_by_all(index: Index) -> Iterator[Hit]:
    """The API key covers /v1 alone: /metrics, /invocations, /tokenize and /pause answer anybody in the cluster. Sets without
    any NetworkPolicy may have them elsewhere and are not judged without `--env`."""
    policies = list(index.of_kind("NetworkPolicy"))
    covered = {id(pod) for policy in policies if _judges_ingress(policy) for pod in _pods(index, policy)}
    for server in index.derive(answering_servers) if policies or index.facts.closed else ():
        if id(server.pod) not in covered:
            severity: Severity | None = None if index.facts.closed else "note"
            yield Hit(
                server.pod.template, "is reachable by every pod: no NetworkPolicy of the set covers it", None, severity
            )


def _judges_ingress(policy: Manifest) -> bool:
    return "Ingress" in ([entry.text() for entry in policy.each("spec", "policyTypes")] or ["Ingress"])


def _pods(index: Index, policy: Manifest) -> list[Pod]:
    return pods_matching(index, policy, policy.at("spec", "podSelector"))


@rule(
    "secret-in-git",
    traps=("G8",),
    severity="error",
    proves="No password, token or key is written in a manifest.",
    needs="The object.",
    remedy="an ExternalSecret, or a secretKeyRef to a Secret made outside Git",
)
def secret_in_git(index: Index) -> Iterator[Hit]:
    """What is in Git is read by everybody who reads Git, for ever. Literal variables with the name of a secret, values in the
    shape of a known token, Secrets with data, and admin passwords in chart values are found; placeholders are not."""
    for pod in index.pods:
        for container in pod.all_containers:
            yield from _variables(container)
    for secret in index.of_kind("Secret"):
        for part in ("stringData", "data"):
            for key, value in secret.entries(part):
                if value.text() and not _FILLED_IN.search(_decoded(value.text() or "", part)) and _is_secret(secret):
                    yield Hit(value, f"holds the value of {key}", severity=None if part == "stringData" else "warning")
    for release in index.of_kind("Application", "HelmRelease"):
        for place in _password_places(release):
            yield Hit(place, "holds an admin password in chart values")


def _decoded(text: str, part: str) -> str:
    """What a Secret's value stands for; the text itself where it is no base64."""
    if part == "stringData":
        return text
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", errors="replace").strip()
    except ValueError:
        return text


def _is_secret(secret: Manifest) -> bool:
    return secret.text("type") not in ("kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token") and not (
        secret.at("metadata", "labels", "argocd.argoproj.io/secret-type")
    )


def _variables(container: Container) -> Iterator[Hit]:
    for name, value in container.environment.items():
        text = value.text()
        if not text or _FILLED_IN.search(text):
            continue
        named = _SECRET_NAME.search(name) and len(text) >= 6 and not text.startswith("/") and "://" not in text
        if _SECRET_VALUE.search(text) or named:
            yield Hit(value, f"variable {name} holds its secret as text")


def _password_places(release: Manifest) -> Iterator[Field]:
    sources = [release.at("spec", "source"), *release.each("spec", "sources")]
    for tree in (release.at("spec", "values"), *(s.at("helm", "valuesObject") for s in sources)):
        for _, chart in (("", tree), *tree.entries()):
            for key in ("adminPassword", "admin_password"):
                place = chart.at(key)
                if place.text() and not _FILLED_IN.search(place.text() or ""):
                    yield place
    for source in sources:
        values = source.at("helm", "values")
        found = re.search(r"adminPassword:\s*[\"']?([^\s\"']+)", values.text() or "")
        if found and not _FILLED_IN.search(found[1]):
            yield values


@rule(
    "pod-refused-by-namespace",
    traps=("G12", "V10"),
    severity="error",
    proves="Every pod template satisfies the Pod Security level that its namespace enforces.",
    needs="The Namespace with its labels, and the workload.",
    remedy="set what the level demands in the pod template",
)
def pod_refused_by_namespace(index: Index) -> Iterator[Hit]:
    """Pod Security only warns when a Deployment is applied: the apply is green, and the ReplicaSet then fails to make a
    single pod. hostIPC for shared memory breaks `baseline`; `restricted` also wants a non-root user, a seccomp profile,
    no privilege escalation and all capabilities dropped."""
    levels = {
        namespace.name: namespace.labels("metadata", "labels").get("pod-security.kubernetes.io/enforce")
        for namespace in index.of_kind("Namespace")
    }
    for pod in index.pods if any(levels.values()) else ():
        level = levels.get(pod.namespace or "")
        if level in ("baseline", "restricted"):
            faults = [*_baseline(pod), *(_restricted(pod) if level == "restricted" else ())]
            if faults:
                place, what = faults[0]
                more = f" and {len(faults) - 1} more" if len(faults) > 1 else ""
                yield Hit(place, f"namespace {pod.namespace} enforces {level}, the pod {what}{more}")


def _baseline(pod: Pod) -> Iterator[tuple[Field, str]]:
    for name in ("hostIPC", "hostPID", "hostNetwork"):
        if pod.spec.at(name).value is True:
            yield pod.spec.at(name), f"sets {name}"
    for volume in pod.spec.each("volumes"):
        if volume.at("hostPath"):
            yield volume, "mounts a hostPath"
    for container in pod.all_containers:
        if container.at("securityContext", "privileged").value is True:
            yield container.at("securityContext", "privileged"), "is privileged"


def _restricted(pod: Pod) -> Iterator[tuple[Field, str]]:
    for container in pod.all_containers:
        own, shared = container.at("securityContext"), pod.spec.at("securityContext")
        if (own.at("runAsNonRoot") or shared.at("runAsNonRoot")).value is not True:
            yield container, f"may run {container.name} as root"
        if own.at("allowPrivilegeEscalation").value is not False:
            yield container, f"lets {container.name} escalate privileges"
        if not any(dropped.text() == "ALL" for dropped in own.each("capabilities", "drop")):
            yield container, f"keeps capabilities in {container.name}"
        profile = (own.at("seccompProfile") or shared.at("seccompProfile")).text("type")
        if profile not in ("RuntimeDefault", "Localhost"):
            yield container, f"has no seccomp profile for {container.name}"
