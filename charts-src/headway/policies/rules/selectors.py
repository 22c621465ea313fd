"""Selectors that select, and ports that are there."""

from collections import defaultdict
from collections.abc import Iterator

from headway.policies.finding import Severity
from headway.policies.index import Index
from headway.policies.manifest import Field, Manifest
from headway.policies.pods import Pod
from headway.policies.rule import Hit, rule
from headway.policies.selectors import in_namespaces, matcher, monitored_namespaces, pods_matching

_NO_OPERATORS = (
    "keda.sh",
    "monitoring.coreos.com",
    "karpenter.sh",
    "karpenter.k8s.aws",
    "argoproj.io",
    "external-secrets.io",
)
"""Groups whose objects make no pods, or whose pods carry labels of their own."""
GIVEN_LABELS = (
    "apps.kubernetes.io/pod-index",
    "statefulset.kubernetes.io/",
    "batch.kubernetes.io/",
    "leaderworkerset.sigs.k8s.io/",
    "job-name",
    "pod-template-hash",
)
"""Labels that controllers give the pods they make; no template states them."""


@rule(
    "selector-matches-nothing",
    traps=("N5",),
    severity="error",
    proves="Every Service, disruption budget and monitor selects something that is in the set.",
    needs="Pods (for monitors of Services: Services) in the same folder, or the whole environment.",
    remedy="take the selector from the object that is meant",
)
def selector_matches_nothing(index: Index) -> Iterator[Hit]:
    """A Service without endpoints answers nobody, a budget without pods protects nothing, a monitor without targets makes
    a metric that reads as zero. Pods that an operator makes for a custom resource beside, whose name their labels carry,
    are believed to come, and labels that controllers add (`pod-index`) to be there. Where nothing that could be selected
    stands in the same folder, or in the namespaces that a monitor names, the rule is silent, and without `--env` it is a
    warning."""
    for m in index.of_kind("Service", "PodDisruptionBudget", "PodMonitor"):
        selector = m.at("spec", "selector")
        labels = selector.labels() if m.kind == "Service" else selector.labels("matchLabels")
        if not labels or m.text("spec", "type") == "ExternalName" or (m.kind == "Service" and m.group):
            continue
        labels = {key: value for key, value in labels.items() if not key.startswith(GIVEN_LABELS)}
        if not labels:
            continue
        severity = _severity(index, m)
        found = index.selected(m, labels) if m.kind == "Service" else _pods(index, m, selector)
        if severity and not found and not _made_by_operator(index, m, labels):
            yield Hit(selector, f"selects {_shown(labels)}, which no pod of the set carries", severity=severity)
    for m in index.of_kind("ServiceMonitor"):
        selector = m.at("spec", "selector")
        severity = _severity(index, m, "Service") if _looks_inside(index, m) else None
        if severity and selector and not monitored_services(index, m):
            shown = _shown(selector.labels("matchLabels"))
            yield Hit(selector, f"selects {shown}, which no Service of the set carries", severity=severity)


def _looks_inside(index: Index, monitor: Manifest) -> bool:
    """Whether a monitor looks where the set has Services; what other namespaces hold is known of a whole environment."""
    namespaces = monitored_namespaces(monitor)
    return index.facts.closed or any(in_namespaces(namespaces, service) for service in index.of_kind("Service"))


def _pods(index: Index, m: Manifest, selector: Field) -> list[Pod]:
    if m.kind == "PodMonitor":
        namespaces, matches = monitored_namespaces(m), matcher(selector)
        return [pod for pod in index.pods if matches(pod.labels) and in_namespaces(namespaces, pod.owner)]
    return pods_matching(index, m, selector)


def _severity(index: Index, m: Manifest, *kinds: str) -> Severity | None:
    """How sure it is that what was not found does not exist; kinds as in `Index.stands_beside`."""
    if index.facts.closed:
        return "error"
    return "warning" if index.stands_beside(m, *kinds) else None


def _made_by_operator(index: Index, by: Manifest, labels: dict[str, str]) -> bool:
    """Whether the labels carry the name of a custom resource beside: an operator makes the pods for it."""
    names = index.derive(_custom_names)[by.folder]
    return any(name in value for name in names for value in labels.values())


def _custom_names(index: Index) -> dict[str, set[str]]:
    """Names of custom resources by folder; those of scalers, monitors, pools and delivery make no pods."""
    found: dict[str, set[str]] = defaultdict(set)
    for manifest in index.manifests:
        if "." in manifest.group and not manifest.group.endswith((".k8s.io", *_NO_OPERATORS)) and manifest.name:
            found[manifest.folder].add(manifest.name)
    return found


def _shown(labels: dict[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(labels.items())) or "by expressions"


def monitored_services(index: Index, monitor: Manifest) -> list[Manifest]:
    """Services that a ServiceMonitor selects; those of its folder where there are any."""
    namespaces, matches = monitored_namespaces(monitor), matcher(monitor.at("spec", "selector"))
    found = [
        service
        for service in index.of_kind("Service")
        if matches(service.labels("metadata", "labels")) and in_namespaces(namespaces, service)
    ]
    return [service for service in found if service.folder == monitor.folder] or found


@rule(
    "service-port-unknown",
    traps=("N10",),
    severity="error",
    proves="Every port that a Service targets by name is a port of each pod it selects.",
    needs="The Service and the pods it selects.",
    remedy="name a container port",
)
def service_port_unknown(index: Index) -> Iterator[Hit]:
    """A target port that no container names gives the Service no endpoint for it, without any message. Ports by number are
    not judged: a container may listen on a port it does not state."""
    named: dict[int, list[str]] = {}
    for service in index.of_kind("Service"):
        pods = index.selected(service, service.labels("spec", "selector"))
        if pods and id(pods) not in named:
            named[id(pods)] = sorted({name for pod in pods for name in pod.ports})
        names = named[id(pods)] if pods else []
        for port in service.each("spec", "ports"):
            target = port.at("targetPort")
            if pods and target.text() and target.text() not in names and "$" not in str(target.value):
                stated = ", ".join(names) or "none"
                yield Hit(target, f"targets port {target.text()}, its pods name {stated}", f"name one of: {stated}")


@rule(
    "monitor-port-unknown",
    traps=("G3",),
    severity="error",
    proves="Every port that a monitor scrapes by name exists on what it selects.",
    needs="The monitor and the Services or pods it selects.",
    remedy="name a port of the Service",
)
def monitor_port_unknown(index: Index) -> Iterator[Hit]:
    """The Prometheus operator drops the target silently: the metric is never scraped, and a scaler on it reads zero.
    ServiceMonitors name a port of the Service, PodMonitors one of the container."""
    for m in index.of_kind("ServiceMonitor"):
        services = monitored_services(index, m)
        names = {name for s in services for port in s.each("spec", "ports") if (name := port.text("name"))}
        yield from _ports(m, "endpoints", "Services" if services else None, names)
    for m in index.of_kind("PodMonitor"):
        pods = _pods(index, m, m.at("spec", "selector"))
        yield from _ports(m, "podMetricsEndpoints", "pods" if pods else None, {n for pod in pods for n in pod.ports})


def _ports(monitor: Manifest, key: str, selected: str | None, names: set[str]) -> Iterator[Hit]:
    for endpoint in monitor.each("spec", key) if selected else ():
        port = endpoint.at("port")
        if port.text() and port.text() not in names:
            stated = ", ".join(sorted(names)) or "none"
            yield Hit(port, f"scrapes port {port.text()}, its {selected} name {stated}", f"name one of: {stated}")


@rule(
    "ingress-backend-unresolved",
    traps=("N10",),
    severity="error",
    proves="Every Service and port that an Ingress sends to exists.",
    needs="The Service, or the whole environment; a missing Service beside other Services is a warning.",
    remedy="name a Service and a port that exist",
)
def ingress_backend_unresolved(index: Index) -> Iterator[Hit]:
    """The load balancer answers 503 for the path. Backends that are annotations of the AWS controller (`use-annotation`)
    are no Services."""
    for ingress in index.of_kind("Ingress"):
        paths = [p for r in ingress.each("spec", "rules") for p in r.each("http", "paths")]
        backends = [ingress.at("spec", "defaultBackend"), *(path.at("backend") for path in paths)]
        for backend in backends:
            yield from _backend(index, ingress, backend)


def _backend(index: Index, ingress: Manifest, backend: Field) -> Iterator[Hit]:
    name = backend.at("service", "name")
    port = backend.at("service", "port", "name" if backend.at("service", "port", "name") else "number")
    if not name.text() or port.text() == "use-annotation":
        return
    service = index.named("Service", name.text(), ingress)
    if service is None:
        severity = _severity(index, ingress, "Service")
        if severity:
            yield Hit(name, f"sends to Service {name.text()}, which is not in the set", severity=severity)
        return
    ports = service.each("spec", "ports")
    if ports and port and port.value not in {p.at(key).value for p in ports for key in ("name", "port")}:
        stated = ", ".join(p.text("name") or p.scalar("port") or "" for p in ports)
        yield Hit(port, f"sends to port {port.value} of Service {service.name}, which has {stated}")
