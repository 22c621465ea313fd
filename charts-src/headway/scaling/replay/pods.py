"""Pods of a recorded sync, where more is known of them than their number."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, get_args, get_type_hints

from headway.scaling.hpa import NANOSECONDS, Container, Measured, Pod, parse

MOST_SECONDS = 10**12
_PHASES = get_args(get_type_hints(Pod)["phase"])


class PodFault(ValueError):
    """What is wrong with a pod."""

    def __init__(self, path: str, problem: str, remedy: str) -> None:
        super().__init__(f"{path}: {problem}; {remedy}")
        self.path, self.problem, self.remedy = path, problem, remedy


def read_pods(pods: Any) -> tuple[Pod, ...]:
    """Pods of a sync. Raises `PodFault` for the first that cannot be read."""
    if not isinstance(pods, list):
        raise PodFault("pods", "is no list", "write the pods under the target's selector")
    return tuple(_pod(f"pods[{index}].", pod) for index, pod in enumerate(pods))


def _pod(path: str, pod: Any) -> Pod:
    if not isinstance(pod, dict) or not isinstance(pod.get("name"), str):
        raise PodFault(f"{path}name", "is missing", "name the pod")
    phase = pod.get("phase", "Running")
    if phase not in _PHASES:
        raise PodFault(f"{path}phase", f"{phase!r} is not known", f"write one of {', '.join(_PHASES)}")
    measured = None
    if _truth(path, pod, "measured"):
        measured = Measured(_time(path, pod, "measured_at"), _time(path, pod, "measured_over"))
    containers = pod.get("containers") or []
    if not isinstance(containers, list):
        raise PodFault(f"{path}containers", "is no list", "write the pod's containers")
    return Pod(
        name=pod["name"],
        phase=phase,
        ready=_truth(path, pod, "ready"),
        ready_since=_time(path, pod, "ready_since"),
        started=_time(path, pod, "started") if pod.get("started") is not None else None,
        deleting=_truth(path, pod, "deleting") is True,
        containers=tuple(_container(f"{path}containers[{index}].", one) for index, one in enumerate(containers)),
        measured=measured,
        custom=_amounts(f"{path}custom", pod.get("custom") or {}),
    )


def _container(path: str, container: Any) -> Container:
    if not isinstance(container, dict):
        raise PodFault(path.rstrip("."), "is no object", 'write {"name": …, "requests": …, "usage": …}')
    usage = container.get("usage")
    return Container(
        name=str(container.get("name", "")),
        requests=_amounts(f"{path}requests", container.get("requests") or {}),
        usage=None if usage is None else _amounts(f"{path}usage", usage),
    )


def _truth(path: str, pod: Mapping[str, Any], key: str) -> bool | None:
    value: Any = pod.get(key)
    if value is not None and not isinstance(value, bool):
        raise PodFault(f"{path}{key}", f"{value!r} is no truth value", "write true, false or null")
    return value


def _time(path: str, pod: Mapping[str, Any], key: str) -> int:
    value: Any = pod.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not -MOST_SECONDS <= value <= MOST_SECONDS:
        raise PodFault(f"{path}{key}", f"{value!r} is no number of seconds", "write seconds on the clock of t")
    return int(Decimal(value) * NANOSECONDS)


def _amounts(path: str, amounts: Any) -> dict[str, int]:
    if not isinstance(amounts, dict):
        raise PodFault(path, "is no object", "write quantities by name")
    try:
        return {name: parse(str(amount)).milli() for name, amount in amounts.items()}
    except ValueError as error:
        raise PodFault(path, str(error).partition("; ")[0], "write quantities by name") from error
