"""Pods of a recorded sync, where more is known of them than their number."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, get_args, get_type_hints

from headway.scaling.hpa import NANOSECONDS, Container, Measured, Pod, parse

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
    if pod.get("measured"):
        measured = Measured(_time(f"{path}measured_at", pod), _time(f"{path}measured_over", pod))
    return Pod(
        name=pod["name"],
        phase=phase,
        ready=pod.get("ready"),
        ready_since=_time(f"{path}ready_since", pod),
        started=_time(f"{path}started", pod) if pod.get("started") is not None else None,
        deleting=pod.get("deleting") is True,
        containers=tuple(
            Container(
                name=str(container.get("name", "")),
                requests=_amounts(f"{path}containers.requests", container.get("requests")),
                usage=None
                if container.get("usage") is None
                else _amounts(f"{path}containers.usage", container["usage"]),
            )
            for container in pod.get("containers") or ()
        ),
        measured=measured,
        custom=_amounts(f"{path}custom", pod.get("custom")),
    )


def _time(path: str, pod: Mapping[str, Any]) -> int:
    value = pod.get(path.rpartition(".")[2], 0)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise PodFault(path, f"{value!r} is no number", "write seconds on the clock of t")
    return int(Decimal(value) * NANOSECONDS)


def _amounts(path: str, amounts: Any) -> dict[str, int]:
    try:
        return {name: parse(str(amount)).milli() for name, amount in (amounts or {}).items()}
    except ValueError as error:
        raise PodFault(path, str(error), "write quantities") from error
