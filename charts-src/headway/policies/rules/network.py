"""Who may talk to whom: what the NetworkPolicies of a set allow, against the reachability table."""

from collections.abc import Iterator

from headway.policies.finding import Severity
from headway.policies.index import Index
from headway.policies.model_server import answering_servers
from headway.policies.pods import Pod
from headway.policies.reachability import Caller, denies_all, policies
from headway.policies.request_path import gateway_programs
from headway.policies.rule import Hit, rule

TO_SERVERS = frozenset({"gateway", "collector"})
"""Components that the table lets reach a model server's port, beside the server's own group."""
TO_ADMIN = frozenset({"monitoring"})
"""Namespaces that the table lets reach the gateway's admin port."""
Target = tuple[Pod, int, str]


@rule(
    "reachable-beyond-table",
    traps=("V8",),
    severity="error",
    proves="The ports of model servers and the gateway's admin port are reachable by whom the reachability table names.",
    needs="The NetworkPolicies, the pods and, for more than peers that admit everybody, the whole environment (--env).",
    remedy="name the gateway and the collector in the policy's `from`, by namespace and labels",
)
def reachable_beyond_table(index: Index) -> Iterator[Hit]:
    """NetworkPolicies add up: one wide peer opens a port that all others guard. The rule computes who may reach the port,
    from the ingress of its pod and the egress of the callers, and compares: gateway and collector may reach a model server,
    replicas that span machines reach themselves, and the namespace of Prometheus reaches the gateway's admin port
    (docs/concepts/reachability.md). Without `--env` only peers that admit every pod or every address are found, as a
    warning: who else there is cannot be known."""
    for pod, port, what in _targets(index):
        for caller in index.derive(policies).callers(pod, port):
            if not _is_in_table(caller, pod, what) and (index.facts.closed or caller.is_everybody):
                severity: Severity | None = None if index.facts.closed else "warning"
                message = f"lets {caller.name} reach {what} {pod.owner.name} on port {port}"
                yield Hit(caller.place, message, _remedy(what), severity)


def _targets(index: Index) -> Iterator[Target]:
    for server in index.derive(answering_servers):
        if server.port is not None:
            yield server.pod, server.port, "model server"
    for gateway in index.derive(gateway_programs):
        for port in gateway.container.each("ports"):
            number = port.integer("containerPort")
            if port.text("name") == "admin" and number is not None:
                yield gateway.pod, number, "the admin port of"


def _is_in_table(caller: Caller, target: Pod, what: str) -> bool:
    if what != "model server":
        return caller.namespace in TO_ADMIN
    itself = caller.pod is not None and caller.pod.owner is target.owner
    return itself or caller.component in TO_SERVERS


def _remedy(what: str) -> str:
    allowed = "the gateway and the collector" if what == "model server" else f"namespace {', '.join(sorted(TO_ADMIN))}"
    return f"admit {allowed} alone"


@rule(
    "default-deny-missing",
    traps=("V8",),
    severity="error",
    proves="Every namespace of the environment with pods denies all traffic that no policy allows, both ways.",
    needs="The whole environment (--env).",
    remedy="a NetworkPolicy with podSelector: {} and policyTypes: [Ingress, Egress], and no rules",
)
def default_deny_missing(index: Index) -> Iterator[Hit]:
    """A pod that no policy selects may talk to everybody and be reached by everybody; so may the next one that somebody
    adds. One policy that selects every pod of the namespace and allows nothing turns the table into the only way. Sets
    that are not a whole environment may have it elsewhere and are not judged."""
    if not index.facts.closed:
        return
    denied = {policy.namespace for policy in index.of_kind("NetworkPolicy") if denies_all(policy)}
    seen: set[str | None] = set()
    for pod in index.pods:
        if pod.namespace not in denied | seen:
            seen.add(pod.namespace)
            name = f"namespace {pod.namespace}" if pod.namespace else "its namespace"
            yield Hit(pod.owner, f"{name} has no policy that denies what no other allows")
