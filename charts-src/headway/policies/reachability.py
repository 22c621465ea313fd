"""Who may reach a port of a pod, from the NetworkPolicies of a set: ingress of the target and egress of the source."""

from collections.abc import Iterator
from dataclasses import dataclass

from headway.policies.index import Index
from headway.policies.manifest import Field, Manifest
from headway.policies.pods import Pod
from headway.policies.selectors import matcher, pods_matching

NAMESPACE_NAME = "kubernetes.io/metadata.name"
COMPONENT = "app.kubernetes.io/component"


@dataclass(frozen=True)
class Caller:
    """One who may reach a port: a pod of the set, or what a peer admits beyond it."""

    name: str
    component: str | None
    """Its role, from the pod's or the peer's label `app.kubernetes.io/component`."""
    namespace: str | None
    """Namespace all of whose pods are admitted; `None` for chosen pods, addresses and everybody."""
    pod: Pod | None
    place: Field
    """The peer, or the rule, that admits it."""
    is_everybody: bool = False


class Policies:
    """The NetworkPolicies of a set and the pods they select."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._of: dict[tuple[int, str], list[Manifest]] = {}
        self._pods_of_peer: dict[int, list[Pod]] = {}
        for policy in index.of_kind("NetworkPolicy"):
            for direction in _directions(policy):
                for pod in _selected(index, policy):
                    self._of.setdefault((id(pod), direction), []).append(policy)
        self._namespaces = {
            m.name: {NAMESPACE_NAME: m.name, **m.labels("metadata", "labels")} for m in index.of_kind("Namespace")
        }

    def callers(self, pod: Pod, port: int) -> list[Caller]:
        """Everybody whom the policies on a pod admit to a port; nobody is listed where no policy judges it.

        Without the whole environment only peers that are addresses or admit everybody: who else there is is not known.
        """
        return [
            caller
            for rule, policy in self._rules(pod, "Ingress", pod, port)
            for caller in self._of_rule(rule, policy, pod, port)
        ]

    def _of_rule(self, rule: Field, policy: Manifest, target: Pod, port: int) -> Iterator[Caller]:
        peers = rule.each("from")
        if not peers:
            yield Caller("every pod and every address", None, None, None, rule, is_everybody=True)
        for peer in peers:
            if cidr := peer.text("ipBlock", "cidr"):
                yield Caller(f"addresses of {cidr}", None, None, None, peer, cidr in ("0.0.0.0/0", "::/0"))
            elif _is_anybody(peer):
                yield Caller("every pod of every namespace", None, None, None, peer, is_everybody=True)
            elif self._index.facts.closed:
                yield from self._of_peer(peer, policy, target, port)

    def _of_peer(self, peer: Field, policy: Manifest, target: Pod, port: int) -> Iterator[Caller]:
        admitted = self._admitted(peer, policy)
        for pod in admitted:
            if self._may_leave(pod, target, port):
                name = "/".join(part for part in (pod.namespace, pod.owner.name) if part)
                yield Caller(name, pod.labels.get(COMPONENT), None, pod, peer)
        if admitted:
            return
        selector, wanted = peer.at("podSelector"), peer.labels("podSelector", "matchLabels")
        namespace = peer.text("namespaceSelector", "matchLabels", NAMESPACE_NAME)
        if namespace and namespace not in self._namespaces:
            whole = None if selector.entries() else namespace
            name = f"every pod of {namespace}" if whole else f"{namespace}/{wanted.get(COMPONENT, 'chosen pods')}"
            yield Caller(name, wanted.get(COMPONENT), whole, None, peer)

    def _admitted(self, peer: Field, policy: Manifest) -> list[Pod]:
        key = id(peer.value)
        if key not in self._pods_of_peer:
            self._pods_of_peer[key] = [pod for pod in self._index.pods if self._admits(peer, policy, pod)]
        return self._pods_of_peer[key]

    def _may_leave(self, source: Pod, target: Pod, port: int) -> bool:
        if (id(source), "Egress") not in self._of:
            return True
        for rule, policy in self._rules(source, "Egress", target, port):
            peers = rule.each("to")
            if not peers or any(_is_anybody(peer) or self._admits(peer, policy, target) for peer in peers):
                return True
        return False

    def _rules(self, judged: Pod, direction: str, target: Pod, port: int) -> Iterator[tuple[Field, Manifest]]:
        """Rules on one pod that are about a port of the target."""
        for policy in self._of.get((id(judged), direction), ()):
            for rule in policy.each("spec", direction.lower()):
                ports = rule.each("ports")
                if not ports or any(_names(entry, target, port) for entry in ports):
                    yield rule, policy

    def _admits(self, peer: Field, policy: Manifest, pod: Pod) -> bool:
        if peer.at("ipBlock"):
            return False
        beyond = peer.at("namespaceSelector")
        if beyond:
            labels = self._namespaces.get(pod.namespace or "", {NAMESPACE_NAME: pod.namespace or ""})
            if not matcher(beyond)(labels):
                return False
        elif pod.namespace != policy.namespace:
            return False
        return matcher(peer.at("podSelector"))(pod.labels)


def policies(index: Index) -> Policies:
    """The policies of a set; use with `Index.derive`."""
    return Policies(index)


def denies_all(policy: Manifest) -> bool:
    """Whether a policy denies everything to and from every pod of its namespace."""
    spec = policy.at("spec")
    both = set(_directions(policy)) == {"Ingress", "Egress"}
    return both and _is_empty(spec.at("podSelector")) and not spec.each("ingress") and not spec.each("egress")


def _selected(index: Index, policy: Manifest) -> list[Pod]:
    """Pods a policy is about: exactly those of its namespace in a whole environment, else those of its folder first."""
    selector = policy.at("spec", "podSelector")
    if not index.facts.closed:
        return pods_matching(index, policy, selector)
    matches = matcher(selector)
    return [pod for pod in index.pods if pod.namespace == policy.namespace and matches(pod.labels)]


def _directions(policy: Manifest) -> list[str]:
    stated = [entry.text() or "" for entry in policy.each("spec", "policyTypes")]
    return stated or ["Ingress", *(["Egress"] if policy.at("spec").has("egress") else [])]


def _is_anybody(peer: Field) -> bool:
    return (
        peer.has("namespaceSelector") and _is_empty(peer.at("namespaceSelector")) and _is_empty(peer.at("podSelector"))
    )


def _is_empty(selector: Field) -> bool:
    return not any(bool(value.value) for _, value in selector.entries())


def _names(entry: Field, target: Pod, port: int) -> bool:
    stated = entry.at("port")
    if not stated:
        return entry.text("protocol") in (None, "TCP")
    if stated.text():
        return target.ports.get(stated.text() or "") == port
    first = stated.integer()
    last = entry.integer("endPort") or first
    return first is not None and last is not None and first <= port <= last
