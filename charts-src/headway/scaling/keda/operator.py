"""One poll of KEDA's operator: activation, cooldown, idle replicas, pause.

KEDA 2.20.2 is the authority (pkg/scaling/executor, pkg/fallback). Between 1 and the maximum the HPA decides; the operator
wakes, puts to sleep and does nothing else, and the HPA's windows and policies do not hold it back (trap S15).
"""

from dataclasses import dataclass, replace

from headway.scaling.keda.spec import RESOURCE_TRIGGERS, ScaledObjectSpec
from headway.scaling.keda.state import NANOSECONDS, KedaState, Seen
from headway.scaling.keda.values import Collected, Formula, collect, hpa_values
from headway.scaling.quantity import Quantity, parse


@dataclass(frozen=True)
class Poll:
    """What one poll leaves behind."""

    replicas: int
    """`spec.replicas` of the target after the poll."""
    state: KedaState
    active: bool
    failed: bool
    """Whether a trigger is in error with no fallback in its place."""


@dataclass(frozen=True)
class Answer:
    """What the HPA is told."""

    values: dict[str, int] | None
    """Thousandths by metric; `None` is an error, and empty an answer without items, which the HPA takes for one."""
    state: KedaState


def poll(spec: ScaledObjectSpec, state: KedaState, seen: Seen, formula: Formula | None = None) -> Poll:
    """One poll. `state` is what the poll or answer before left, `KedaState(created)` for a new ScaledObject."""
    if spec.pause.all:
        replicas = seen.spec_replicas if spec.pause.replicas is None else spec.pause.replicas
        return Poll(replicas, replace(state, active=False, reason="ScaledObjectPaused"), False, False)
    collected = collect(spec, state, seen)
    active = _active(spec, collected, formula)
    if active or spec.pause.force_activation:
        replicas, after = _when_active(spec, collected, seen)
    else:
        replicas, after = _when_inactive(spec, collected, seen)
    return Poll(replicas, after, active, collected.failed)


def answer(spec: ScaledObjectSpec, state: KedaState, seen: Seen, metric: str, formula: Formula | None = None) -> Answer:
    """What KEDA's metrics server says when the HPA asks for one of its metrics."""
    collected = collect(spec, state, seen, for_hpa=metric)
    if collected.failed and not collected.falling_back:
        return Answer(None, collected.state)
    values = hpa_values(spec, collected, formula)
    return Answer({name: _after_the_wire(milli) for name, milli in values.items()}, collected.state)


def _after_the_wire(milli: int) -> int:
    """Thousandths after the trip as a text: the smallest int64, which infinity becomes, arrives as 0."""
    return parse(Quantity(milli, -3, boxed=False, form="exponent", text=None).canonical()).milli()


def _active(spec: ScaledObjectSpec, collected: Collected, formula: Formula | None) -> bool:
    if not collected.failed and all(trigger.type in RESOURCE_TRIGGERS for trigger in spec.triggers):
        return True
    if spec.modifiers is None:
        return bool(collected.active)
    if collected.failed:
        return False
    values = hpa_values(spec, collected, formula)
    return any(milli * 10.0**-3 > spec.modifiers.activation for milli in values.values())


def _when_active(spec: ScaledObjectSpec, collected: Collected, seen: Seen) -> tuple[int, KedaState]:
    state = replace(collected.state, active=True, reason="ScalerActive")
    now = seen.at // NANOSECONDS * NANOSECONDS
    asleep = seen.spec_replicas == 0 or (spec.idle_replicas is not None and seen.spec_replicas < spec.min_replicas)
    if asleep:
        if spec.pause.scale_out:
            return seen.spec_replicas, state
        return max(1, spec.min_replicas), replace(state, last_active=now)
    if collected.failed:
        return seen.spec_replicas, replace(state, reason="PartialTriggerError")
    return seen.spec_replicas, replace(state, last_active=now)


def _when_inactive(spec: ScaledObjectSpec, collected: Collected, seen: Seen) -> tuple[int, KedaState]:
    state = replace(collected.state, active=False, reason="ScalerNotActive")
    current = seen.spec_replicas
    if collected.failed and spec.fallback is None:
        return current, replace(state, reason="TriggerError")
    if collected.failed and spec.fallback and spec.fallback.replicas != 0:
        return current, state
    may_idle = spec.idle_replicas is not None and current > spec.idle_replicas
    if may_idle or (current > 0 and spec.min_replicas == 0):
        return _put_to_sleep(spec, state, seen)
    if spec.idle_replicas is None and current < spec.min_replicas:
        return spec.min_replicas, state
    return current, state


def _put_to_sleep(spec: ScaledObjectSpec, state: KedaState, seen: Seen) -> tuple[int, KedaState]:
    if spec.pause.scale_in:
        return seen.spec_replicas, state
    if state.last_active is None:
        due = state.created // NANOSECONDS * NANOSECONDS + spec.initial_cooldown_seconds * NANOSECONDS
    else:
        due = state.last_active + spec.cooldown_seconds * NANOSECONDS
    if due >= seen.at:
        return seen.spec_replicas, replace(state, reason="ScalerCooldown")
    return (spec.min_replicas if spec.idle_replicas is None else spec.idle_replicas), state
