"""From the triggers' sources to the values that the HPA gets: fallback, formula, rounding."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from headway.scaling.keda.spec import COMPOSITE, Fallback, ScaledObjectSpec, Trigger
from headway.scaling.keda.state import Cached, KedaState, Reading, Seen
from headway.scaling.machine_numbers import to_int64
from headway.scaling.quantity import parse

Formula = Callable[[Mapping[str, float | None]], float | None]
"""The formula by trigger name; `None` is expr's nil. Any error is that of the formula."""


_PLACEHOLDER = -1000
"""Thousandths that a failed trigger reports under behavior `scalingModifiers`; without a formula the HPA gets them."""


class FallbackImpossible(Exception):
    """Fallback to a metric of type `Value` while no pod is ready."""


@dataclass(frozen=True)
class Collected:
    """All triggers after fallback."""

    values: Mapping[str, int | None]
    """Thousandths by metric; `None` for one that falls back inside the formula."""
    composite: int | None
    """Thousandths that fallback puts in place of the formula."""
    failed: bool
    """Whether a trigger is in error with no fallback in its place."""
    falling_back: bool
    active: frozenset[str]
    """Metrics of triggers that say they are active."""
    state: KedaState


@dataclass(frozen=True)
class _Asked:
    """One trigger after fallback."""

    answered: bool
    """Whether there is a value, nil included; otherwise the trigger is in error."""
    milli: int | None = None
    failures: int | None = None
    """`None` where nothing is counted."""
    fell_back: bool = False
    active: bool = False


def collect(spec: ScaledObjectSpec, state: KedaState, seen: Seen, for_hpa: str | None = None) -> Collected:
    """Asks every trigger; for the HPA, those that its metric needs. Failures are counted either way."""
    needed = [
        trigger
        for trigger in spec.triggers
        if trigger.external and (for_hpa is None or spec.modifiers or trigger.metric == for_hpa)
    ]
    asked = {trigger.metric: _ask(spec, state, seen, trigger, for_hpa is not None) for trigger in needed}
    failures = dict(state.failures) if spec.fallback_counts else {}
    failures |= {metric: one.failures for metric, one in asked.items() if one.failures is not None}
    cached = dict(state.cached)
    if for_hpa is None:
        cached |= {trigger.metric: Cached(asked[trigger.metric].milli) for trigger in needed if trigger.cached}
    threshold = spec.fallback.failure_threshold if spec.fallback else 0
    falling = [one.milli for one in asked.values() if one.fell_back]
    return Collected(
        values={metric: one.milli for metric, one in asked.items() if one.answered},
        composite=falling[0] if falling and spec.modifiers else None,
        failed=any(not one.answered for one in asked.values()),
        falling_back=bool(falling),
        active=frozenset(metric for metric, one in asked.items() if one.active),
        state=replace(
            state,
            failures=failures,
            cached=cached,
            falling_back=any(count > threshold for count in failures.values()),
        ),
    )


def _ask(spec: ScaledObjectSpec, state: KedaState, seen: Seen, trigger: Trigger, for_hpa: bool) -> _Asked:
    reading = seen.readings.get(trigger.metric, Reading())
    if reading.unreachable:
        return _Asked(answered=False)
    counted = spec.fallback_counts
    milli = _answer(trigger, reading, state.cached if for_hpa else {})
    if milli is not None:
        return _Asked(True, milli, 0 if counted else None, active=_is_active(trigger, reading))
    failures = state.failures.get(trigger.metric, 0) + 1
    try:
        fallen = _fallen_back(spec, trigger, failures, seen)
    except FallbackImpossible:
        fallen = None
    if fallen is None:
        return _Asked(False, failures=failures if counted else None)
    return _Asked(True, fallen.milli, failures, fell_back=fallen.counts, active=fallen.counts)


@dataclass(frozen=True)
class _Fallen:
    milli: int | None
    """`None` is nil, for the formula to handle."""
    counts: bool
    """Whether KEDA itself takes this for a fallback; with behavior `scalingModifiers` the formula does."""


def _answer(trigger: Trigger, reading: Reading, cached: Mapping[str, Cached]) -> int | None:
    if trigger.cached and trigger.metric in cached:
        return cached[trigger.metric].milli
    return None if reading.value is None else to_milli(reading.value)


def to_milli(value: float) -> int:
    """Thousandths as a trigger reports them; below 0, infinite and not-a-number are 0."""
    if not math.isfinite(value) or value < 0:
        return 0
    return parse(f"{value:.3f}").milli()


def _is_active(trigger: Trigger, reading: Reading) -> bool:
    if reading.active is not None:
        return reading.active
    return reading.value is not None and reading.value > trigger.activation


def _fallen_back(spec: ScaledObjectSpec, trigger: Trigger, failures: int, seen: Seen) -> _Fallen | None:
    """What stands for a trigger that failed; `None` while it is an error."""
    fallback = spec.fallback
    if fallback is None or not spec.fallback_counts or failures <= fallback.failure_threshold:
        return None
    if fallback.behavior == "scalingModifiers":
        return _Fallen(None if spec.modifiers else _PLACEHOLDER, counts=False)
    replicas = _replicas(fallback, seen.spec_replicas)
    kind = spec.modifiers.metric_type if spec.modifiers else trigger.metric_type
    if kind == "Value":
        if seen.ready_pods == 0:
            raise FallbackImpossible(trigger.metric)
        replicas /= seen.ready_pods
    target = float(spec.modifiers.target) if spec.modifiers else parse(trigger.target or "0").approximate()
    return _Fallen(to_int64(target * 1000 * replicas), counts=True)


def _replicas(fallback: Fallback, current: int) -> float:
    return float(
        {
            "static": fallback.replicas,
            "currentReplicas": current,
            "currentReplicasIfHigher": max(current, fallback.replicas),
            "currentReplicasIfLower": min(current, fallback.replicas),
        }[fallback.behavior]
    )


def hpa_values(spec: ScaledObjectSpec, collected: Collected, formula: Formula | None) -> dict[str, int]:
    """Thousandths by metric name, as the HPA reads them. Empty where the formula fails."""
    if spec.modifiers is None:
        return {name: milli for name, milli in collected.values.items() if milli is not None}
    if collected.falling_back:
        return {} if collected.composite is None else {COMPOSITE: collected.composite}
    if formula is None:
        raise ValueError(f"ScaledObject {spec.name} has a formula; pass what evaluates it")
    names = {trigger.metric: trigger.name for trigger in spec.triggers}
    inputs = {names[metric]: _float(milli) for metric, milli in collected.values.items()}
    try:
        result = formula(inputs)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return {}
    if result is None:
        if spec.fallback is None:
            return {}
        result = spec.fallback.replicas * float(spec.modifiers.target)
    return {COMPOSITE: to_int64(result * 1000)}


def _float(milli: int | None) -> float | None:
    """The float that a formula calculates with."""
    return None if milli is None else milli * 10.0**-3
