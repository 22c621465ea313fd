"""How many replicas one metric asks for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from headway.scaling.hpa.observation import NANOSECONDS, Measured, Observation, Pod
from headway.scaling.hpa.spec import HpaSpec, Metric
from headway.scaling.machine_numbers import (
    INT64_MAX,
    capped_ceil,
    ceil_to_int32,
    divide_toward_zero,
    ratio,
    wrap,
)

Usage = dict[str, int]
"""Thousandths by pod."""


@dataclass(frozen=True)
class ControllerSettings:
    """Flags of the controller manager; the defaults are upstream's, and what EKS runs."""

    tolerance: float = 0.1
    downscale_window: int = 300 * NANOSECONDS
    """Nanoseconds; stabilization downwards where the HPA states none."""
    cpu_initialization: int = 300 * NANOSECONDS
    """Nanoseconds after a pod's start in which its CPU counts only while it is ready."""
    readiness_delay: int = 30 * NANOSECONDS
    """Nanoseconds after a pod's start in which a change to unready still means that it was never ready."""


@dataclass(frozen=True)
class Tolerances:
    """Shares of the target that are ignored."""

    down: float
    up: float

    def hold(self, usage: float) -> bool:
        """Whether a ratio of usage to target is near enough to 1."""
        return 1.0 - self.down <= usage <= 1.0 + self.up


class MetricUnavailable(Exception):
    """No count can be computed from this metric."""


def tolerances(spec: HpaSpec, settings: ControllerSettings) -> Tolerances:
    """The HPA's own tolerance in each direction, else the controller's."""
    up = spec.behavior.up.tolerance if spec.behavior else None
    down = spec.behavior.down.tolerance if spec.behavior else None
    return Tolerances(
        settings.tolerance if down is None else down,
        settings.tolerance if up is None else up,
    )


def proposal(metric: Metric, seen: Observation, tolerated: Tolerances, settings: ControllerSettings) -> int:
    """Replicas that the metric asks for. Raises `MetricUnavailable`."""
    if metric.source in ("External", "Object"):
        return _from_total(metric, seen, tolerated)
    if metric.source == "Pods":
        usage = {pod.name: pod.custom[metric.name] for pod in seen.pods if metric.name in pod.custom}
    else:
        usage = _measured_usage(metric, seen.pods)
    if metric.target == "Utilization":
        requests = _requests(metric, seen.pods)
        return _per_pod(metric, usage, seen, tolerated, settings, _Utilization(metric.amount, requests))
    return _per_pod(metric, usage, seen, tolerated, settings, _AverageValue(metric.amount))


# totals


def _from_total(metric: Metric, seen: Observation, tolerated: Tolerances) -> int:
    values = seen.values.get(metric.name, seen.otherwise)
    if not values:
        raise MetricUnavailable(f"{metric.name} is lost")
    if metric.source == "Object":
        values = values[:1]
    if metric.target == "AverageValue":
        return _average(metric, values, seen, tolerated)
    return _value(ratio(float(_sum_capped(values)), float(metric.amount)), seen, tolerated)


def _average(metric: Metric, values: tuple[int, ...], seen: Observation, tolerated: Tolerances) -> int:
    """The total shared by all pods that exist, ready or not: a slow start does not multiply the answer."""
    total = values[0] if metric.source == "Object" else _sum_never_negative(values)
    if tolerated.hold(ratio(float(total), float(metric.amount) * float(seen.status_replicas))):
        return seen.status_replicas
    wanted = ratio(float(total), float(metric.amount))
    return ceil_to_int32(wanted) if metric.source == "Object" else capped_ceil(wanted)


def _value(usage: float, seen: Observation, tolerated: Tolerances) -> int:
    """The ratio applied to the pods that are ready: a slow start overshoots."""
    if seen.spec_replicas == 0:
        return ceil_to_int32(usage)
    if tolerated.hold(usage):
        return seen.spec_replicas
    if not seen.pods:
        raise MetricUnavailable("no pods under the selector")
    ready = sum(pod.phase == "Running" and pod.ready is True for pod in seen.pods)
    return capped_ceil(usage * float(ready))


def _sum_never_negative(values: tuple[int, ...]) -> int:
    """A sum below 0 is taken for an overflow, so that a negative metric asks for everything."""
    total = 0
    for value in values:
        total = wrap(total + value, 64)
        if total < 0:
            return INT64_MAX
    return total


def _sum_capped(values: tuple[int, ...]) -> int:
    total = 0
    for value in values:
        if value > 0 and total > INT64_MAX - value:
            return INT64_MAX
        total = wrap(total + value, 64)
    return total


# pod by pod


@dataclass(frozen=True)
class _AverageValue:
    """Mean usage against a fixed amount."""

    amount: int

    def ratio(self, usage: Usage) -> float:
        total = wrap(sum(usage.values()), 64)
        return ratio(float(divide_toward_zero(total, len(usage))), float(self.amount))

    def assumed_busy(self, pod: str) -> int:  # noqa: ARG002
        return self.amount


@dataclass(frozen=True)
class _Utilization:
    """Usage in percent of what the same pods request."""

    percent: int
    requests: Mapping[str, int]

    def ratio(self, usage: Usage) -> float:
        requested = wrap(sum(self.requests[pod] for pod in usage), 64)
        if requested == 0:
            raise MetricUnavailable("pods request none of it")
        used = wrap(wrap(sum(usage.values()), 64) * 100, 64)
        return float(wrap(divide_toward_zero(used, requested), 32)) / float(self.percent)

    def assumed_busy(self, pod: str) -> int:
        return divide_toward_zero(wrap(self.requests[pod] * max(100, self.percent), 64), 100)


@dataclass(frozen=True)
class _Groups:
    counted: int
    unready: tuple[str, ...]
    missing: tuple[str, ...]
    usage: Usage
    """Of the pods that count."""


def _per_pod(
    metric: Metric,
    usage: Usage,
    seen: Observation,
    tolerated: Tolerances,
    settings: ControllerSettings,
    target: _AverageValue | _Utilization,
) -> int:
    groups = _group(metric, usage, seen, settings)
    if not groups.usage:
        raise MetricUnavailable("no pod that counts reports it")
    first = target.ratio(groups.usage)
    held_back = bool(groups.unready) and first > 1.0
    if not held_back and not groups.missing:
        return seen.spec_replicas if tolerated.hold(first) else ceil_to_int32(first * float(groups.counted))
    assumed = dict(groups.usage)
    if first < 1.0:
        assumed |= {pod: target.assumed_busy(pod) for pod in groups.missing}
    elif first > 1.0:
        assumed |= dict.fromkeys(groups.missing, 0)
    if held_back:
        assumed |= dict.fromkeys(groups.unready, 0)
    second = target.ratio(assumed)
    wanted = ceil_to_int32(second * float(len(assumed)))
    turned = (first < 1.0 < second) or (second < 1.0 < first)
    contrary = (second < 1.0 and wanted > seen.spec_replicas) or (second > 1.0 and wanted < seen.spec_replicas)
    return seen.spec_replicas if tolerated.hold(second) or turned or contrary else wanted


def _group(metric: Metric, usage: Usage, seen: Observation, settings: ControllerSettings) -> _Groups:
    counted, unready, missing, ignored = 0, [], [], []
    slow = metric.source != "Pods" and metric.name == "cpu"
    for pod in seen.pods:
        if pod.deleting or pod.phase == "Failed":
            ignored.append(pod.name)
        elif pod.phase == "Pending":
            unready.append(pod.name)
        elif pod.name not in usage:
            missing.append(pod.name)
        elif slow and _cpu_is_warming(pod, pod.measured or Measured(0), seen.at, settings):
            unready.append(pod.name)
        else:
            counted += 1
    left_out = {*unready, *ignored}
    kept = {pod: value for pod, value in usage.items() if pod not in left_out}
    return _Groups(counted, tuple(unready), tuple(missing), kept)


def _cpu_is_warming(pod: Pod, measured: Measured, now: int, settings: ControllerSettings) -> bool:
    """Whether a pod's CPU is that of its start and says nothing of its load."""
    if pod.ready is None or pod.started is None:
        return True
    if pod.started + settings.cpu_initialization > now:
        return not pod.ready or measured.at < pod.ready_since + measured.window
    return not pod.ready and pod.started + settings.readiness_delay > pod.ready_since


def _measured_usage(metric: Metric, pods: tuple[Pod, ...]) -> Usage:
    read: Callable[[Metric, Pod], int | None] = _container_usage if metric.container else _pod_usage
    found = {pod.name: read(metric, pod) for pod in pods if pod.measured}
    return {name: value for name, value in found.items() if value is not None}


def _container_usage(metric: Metric, pod: Pod) -> int | None:
    for container in pod.containers:
        if container.name == metric.container and container.usage is not None:
            return container.usage.get(metric.name)
    return None


def _pod_usage(metric: Metric, pod: Pod) -> int | None:
    """The sum over measured containers, or nothing as soon as one lacks the resource."""
    measured = [container.usage for container in pod.containers if container.usage is not None]
    if not measured or any(metric.name not in usage for usage in measured):
        return None
    return wrap(sum(usage[metric.name] for usage in measured), 64)


def _requests(metric: Metric, pods: tuple[Pod, ...]) -> dict[str, int]:
    found = {}
    for pod in pods:
        counted = [c for c in pod.containers if metric.container in ("", c.name)]
        if metric.container and not counted:
            raise MetricUnavailable(f"pod {pod.name} has no container {metric.container}")
        if any(metric.name not in container.requests for container in counted):
            raise MetricUnavailable(f"pod {pod.name} requests no {metric.name}")
        found[pod.name] = wrap(sum(container.requests[metric.name] for container in counted), 64)
    return found
