"""Label selectors, as Kubernetes evaluates them."""

from collections.abc import Callable, Mapping

from headway.policies.index import Index
from headway.policies.manifest import Field, Manifest
from headway.policies.pods import Pod

Labels = Mapping[str, str]


def matcher(selector: Field) -> Callable[[Labels], bool]:
    """A `matchLabels`/`matchExpressions` selector as a test on labels; an empty one matches everything."""
    exact = selector.labels("matchLabels").items()
    conditions = [
        (entry.text("key") or "", entry.text("operator"), {v.scalar() for v in entry.each("values")})
        for entry in selector.each("matchExpressions")
    ]
    return lambda labels: exact <= labels.items() and all(_holds(labels, *condition) for condition in conditions)


def _holds(labels: Labels, key: str, operator: str | None, values: set[str | None]) -> bool:
    match operator:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return True


def pods_matching(index: Index, by: Manifest, selector: Field) -> list[Pod]:
    """Pods that a selector matches in the selecting object's namespace; those of its folder where there are any."""
    if exact := selector.labels("matchLabels"):
        matches = matcher(selector)
        return [pod for pod in index.selected(by, exact) if matches(pod.labels)]
    matches = matcher(selector)
    found = [pod for pod in index.pods_near(by) if matches(pod.labels)]
    return [pod for pod in found if pod.owner.folder == by.folder] or found


def monitored_namespaces(monitor: Manifest) -> list[str | None] | None:
    """Namespaces a monitor looks in: `None` for all; its own, which may be unstated, by default."""
    if monitor.at("spec", "namespaceSelector").at("any").value is True:
        return None
    stated = [found.text() for found in monitor.each("spec", "namespaceSelector", "matchNames")]
    return stated or [monitor.namespace]


def in_namespaces(namespaces: list[str | None] | None, candidate: Manifest) -> bool:
    """Whether an object may stand in one of some namespaces; unstated ones may be any."""
    return namespaces is None or candidate.namespace is None or None in namespaces or candidate.namespace in namespaces
