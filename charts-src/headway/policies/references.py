"""Every reference resolves inside the rendered set, or is declared external (traps C6, G3, N5, N10, N14)."""

from collections.abc import Iterator

from headway.policies.finding import Finding, Manifest, name_of
from headway.policies.manifest_index import ManifestIndex, PodTemplate

RULE = "reference-unresolved"
EXTERNAL = frozenset({("PriorityClass", "system-cluster-critical"), ("PriorityClass", "system-node-critical")})
"""What the cluster itself provides: kind and name."""

Reference = tuple[str, str, str | None]


def unresolved_references(index: ManifestIndex) -> list[Finding]:
    """One finding for each name that leads nowhere."""
    return [*_named(index), *_selectors(index), *_ports(index), *_pools(index)]


def _named(index: ManifestIndex) -> Iterator[Finding]:
    secrets = {
        (
            "Secret",
            m["spec"].get("target", {}).get("name") or m["metadata"]["name"],
            m["metadata"].get("namespace"),
        )
        for m in index.of_kind("ExternalSecret")
    }
    for owner, reference in _references(index):
        kind, name, namespace = reference
        if not index.has(kind, name, namespace) and reference not in secrets and (kind, name) not in EXTERNAL:
            yield _missing(
                owner,
                f"refers to {kind} {name}, which is not in the set",
                f"render the {kind}, or correct the name",
            )


def _references(index: ManifestIndex) -> Iterator[tuple[Manifest, Reference]]:
    for pod in index.pods:
        yield from ((pod.owner, reference) for reference in _pod_references(pod))
    for m in index.of_kind("ScaledObject", "HorizontalPodAutoscaler"):
        target = m["spec"]["scaleTargetRef"]
        yield m, (target.get("kind", "Deployment"), target["name"], m["metadata"]["namespace"])
    for m in index.of_kind("NodePool"):
        ref = m["spec"]["template"]["spec"]["nodeClassRef"]
        yield m, (ref["kind"], ref["name"], None)
    for m in index.of_kind("RoleBinding"):
        yield m, (m["roleRef"]["kind"], m["roleRef"]["name"], m["metadata"]["namespace"])
        for subject in m.get("subjects", []):
            yield m, (subject["kind"], subject["name"], subject.get("namespace"))
    for m in index.of_kind("ExternalSecret"):
        ref = m["spec"]["secretStoreRef"]
        yield m, (ref["kind"], ref["name"], m["metadata"]["namespace"])
    for m in index.of_kind("PersistentVolumeClaim"):
        if "storageClassName" in m["spec"]:
            yield m, ("StorageClass", m["spec"]["storageClassName"], None)
    for m in index.of_kind("Ingress"):
        yield m, ("IngressClass", m["spec"]["ingressClassName"], None)
    for m in index.of_kind("IngressClass"):
        parameters = m["spec"]["parameters"]
        yield m, (parameters["kind"], parameters["name"], None)


def _pod_references(pod: PodTemplate) -> Iterator[Reference]:
    spec, namespace = pod.spec, pod.namespace
    if "serviceAccountName" in spec:
        yield "ServiceAccount", spec["serviceAccountName"], namespace
    if "priorityClassName" in spec:
        yield "PriorityClass", spec["priorityClassName"], None
    for volume in spec.get("volumes", []):
        if "configMap" in volume:
            yield "ConfigMap", volume["configMap"]["name"], namespace
        if "secret" in volume:
            yield "Secret", volume["secret"]["secretName"], namespace
        if "persistentVolumeClaim" in volume:
            yield "PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"], namespace


def _selectors(index: ManifestIndex) -> Iterator[Finding]:
    for m in index.of_kind("Service", "PodDisruptionBudget", "PodMonitor"):
        selector = m["spec"].get("selector") or {}
        labels = selector if m["kind"] == "Service" else selector.get("matchLabels", {})
        if not index.selected(m["metadata"]["namespace"], labels):
            yield _missing(
                m, f"selects {labels}, which no pod of the set carries", "take the selector from the workload"
            )
    for m in index.of_kind("ServiceMonitor"):
        labels = m["spec"]["selector"].get("matchLabels", {})
        if not any(labels.items() <= s["metadata"]["labels"].items() for s in index.of_kind("Service")):
            yield _missing(m, f"selects {labels}, which no Service carries", "take the labels from the Service")


def _ports(index: ManifestIndex) -> Iterator[Finding]:
    services = {(m["metadata"]["namespace"], m["metadata"]["name"]): m for m in index.of_kind("Service")}
    for (namespace, _), service in services.items():
        pods = index.selected(namespace, service["spec"]["selector"])
        names = {name for pod in pods for name in pod.port_names}
        for port in service["spec"]["ports"]:
            if pods and isinstance(port.get("targetPort"), str) and port["targetPort"] not in names:
                yield _missing(
                    service,
                    f"targets port {port['targetPort']}, its pods name {sorted(names)}",
                    "name one of them",
                )
    for m in index.of_kind("ServiceMonitor"):
        labels = m["spec"]["selector"].get("matchLabels", {})
        matched = [s for s in services.values() if labels.items() <= s["metadata"]["labels"].items()]
        names = {port["name"] for service in matched for port in service["spec"]["ports"]}
        for endpoint in m["spec"]["endpoints"]:
            if endpoint["port"] not in names:
                yield _missing(
                    m,
                    f"scrapes port {endpoint['port']}, its Services name {sorted(names)}",
                    "name one of them",
                )
    for m in index.of_kind("Ingress"):
        for rule in m["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                backend = path["backend"]["service"]
                found = services.get((m["metadata"]["namespace"], backend["name"]))
                if found is None:
                    yield _missing(
                        m,
                        f"sends {path['path']} to Service {backend['name']}, which is not in the set",
                        "render it",
                    )
                elif backend["port"]["name"] not in {port["name"] for port in found["spec"]["ports"]}:
                    yield _missing(
                        m,
                        f"sends to port {backend['port']['name']} of {backend['name']}, which has none",
                        "name its port",
                    )


def _pools(index: ManifestIndex) -> Iterator[Finding]:
    pools = list(index.of_kind("NodePool"))
    if not pools:
        return
    offered = [m["spec"]["template"].get("metadata", {}).get("labels", {}).items() for m in pools]
    for pod in index.pods:
        wanted = {k: v for k, v in pod.spec.get("nodeSelector", {}).items() if k.startswith("headway.dev/")}
        if wanted and not any(wanted.items() <= labels for labels in offered):
            yield _missing(
                pod.owner,
                f"wants nodes with {wanted}, which no NodePool labels",
                "name a pool of the environment",
            )


def _missing(owner: Manifest, message: str, remedy: str) -> Finding:
    return Finding(RULE, ("C6",), "error", name_of(owner), message, remedy)
