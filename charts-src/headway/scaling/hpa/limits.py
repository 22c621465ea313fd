"""What stands between the metrics' proposal and the replicas: stabilization windows, rates, bounds."""

from dataclasses import dataclass, replace

from headway.scaling.hpa.observation import NANOSECONDS
from headway.scaling.hpa.spec import Behavior, HpaSpec, Policy, Rules
from headway.scaling.hpa.state import Condition, Recommendation, ScaleEvent, State
from headway.scaling.machine_numbers import INT32_MAX, INT32_MIN, ceil_to_int32, to_int32, wrap

DOUBLE = 2.0
AT_LEAST = 4.0


@dataclass(frozen=True)
class Limited:
    """A proposal after windows, rates and bounds."""

    replicas: int
    able_to_scale: Condition
    scaling_limited: Condition
    recommendations: tuple[Recommendation, ...]


def limited(spec: HpaSpec, state: State, current: int, wanted: int, now: int, window: int) -> Limited:
    """The replicas that come of a proposal; `window` is the controller's downscale window, in nanoseconds."""
    if spec.behavior is None:
        return _by_fixed_rules(spec, state, current, wanted, now, window)
    return _by_behavior(spec, spec.behavior, state, current, wanted, now, window)


def remembered(
    behavior: Behavior | None, state: State, before: int, after: int, now: int
) -> tuple[tuple[ScaleEvent, ...], tuple[ScaleEvent, ...]]:
    """The scale events, up and down, after a change was made. Without `behavior` none is kept."""
    if behavior is None:
        return state.ups, state.downs
    if after > before:
        return _with_event(state.ups, behavior.up, after - before, now), state.downs
    return state.ups, _with_event(state.downs, behavior.down, before - after, now)


# without behavior


def _by_fixed_rules(spec: HpaSpec, state: State, current: int, wanted: int, now: int, window: int) -> Limited:
    oldest = now - window
    inside = [past.replicas for past in state.recommendations if past.at >= oldest]
    stable = max([wanted, *inside])
    able = Condition(True, "ReadyForNewScale" if stable == wanted else "ScaleDownStabilized")
    rate = to_int32(max(DOUBLE * current, AT_LEAST))
    most, reason = (rate, "ScaleUpLimit") if spec.max_replicas > rate else (spec.max_replicas, "TooManyReplicas")
    if stable < spec.min_replicas:
        result = spec.min_replicas, "TooFewReplicas"
    elif stable > most:
        result = most, reason
    else:
        result = stable, "DesiredWithinRange"
    outdated = [past.at < oldest for past in state.recommendations]
    kept = _with_recommendation(state.recommendations, outdated, Recommendation(wanted, now))
    return Limited(result[0], able, Condition(result[0] != stable, result[1]), kept)


# with behavior


def _by_behavior(
    spec: HpaSpec, behavior: Behavior, state: State, current: int, wanted: int, now: int, window: int
) -> Limited:
    up_window = _window(behavior.up, 0)
    down_window = _window(behavior.down, window)
    stable = _stabilized(state.recommendations, current, wanted, now - up_window, now - down_window)
    if stable == wanted:
        able = Condition(True, "ReadyForNewScale")
    else:
        able = Condition(True, "ScaleUpStabilized" if wanted >= current else "ScaleDownStabilized")
    replicas, reason = _rate_limited(spec, behavior, state, current, stable, now)
    longest = max(up_window, down_window)
    outdated = [past.at < now - longest for past in state.recommendations]
    kept = _with_recommendation(state.recommendations, outdated, Recommendation(wanted, now))
    return Limited(replicas, able, Condition(replicas != stable, reason), kept)


def _window(rules: Rules, otherwise: int) -> int:
    """Nanoseconds. The controller's own window counts in whole seconds here."""
    if rules.window_seconds is None:
        return otherwise // NANOSECONDS * NANOSECONDS
    return rules.window_seconds * NANOSECONDS


def _stabilized(past: tuple[Recommendation, ...], current: int, wanted: int, up_since: int, down_since: int) -> int:
    """The lowest recent proposal bounds the way up, the highest one the way down."""
    lowest = min([wanted, *(one.replicas for one in past if one.at > up_since)])
    highest = max([wanted, *(one.replicas for one in past if one.at > down_since)])
    return min(max(current, lowest), highest)


def _rate_limited(
    spec: HpaSpec, behavior: Behavior, state: State, current: int, wanted: int, now: int
) -> tuple[int, str]:
    if wanted > current:
        rate = max(current, _highest(behavior.up, state, current, now))
        most, reason = (rate, "ScaleUpLimit") if spec.max_replicas > rate else (spec.max_replicas, "TooManyReplicas")
        if wanted > most:
            return most, reason
    elif wanted < current:
        rate = min(current, _lowest(behavior.down, state, current, now))
        least, reason = (rate, "ScaleDownLimit") if spec.min_replicas < rate else (spec.min_replicas, "TooFewReplicas")
        if wanted < least:
            return least, reason
    return wanted, "DesiredWithinRange"


def _highest(rules: Rules, state: State, current: int, now: int) -> int:
    """Replicas that the policies allow to rise to; `Max` takes the most generous of them."""
    if rules.select == "Disabled":
        return current
    allowed = [_risen(policy, _at_period_start(policy, state, current, now)) for policy in rules.policies]
    return min([INT32_MAX, *allowed]) if rules.select == "Min" else max([INT32_MIN, *allowed])


def _lowest(rules: Rules, state: State, current: int, now: int) -> int:
    """Replicas that the policies allow to fall to; `Max` takes the most generous of them."""
    if rules.select == "Disabled":
        return current
    allowed = [_fallen(policy, _at_period_start(policy, state, current, now)) for policy in rules.policies]
    return max([INT32_MIN, *allowed]) if rules.select == "Min" else min([INT32_MAX, *allowed])


def _risen(policy: Policy, start: int) -> int:
    if policy.kind == "Pods":
        return wrap(start + policy.value, 32)
    return ceil_to_int32(float(start) * (1 + float(policy.value) / 100))


def _fallen(policy: Policy, start: int) -> int:
    if policy.kind == "Pods":
        return wrap(start - policy.value, 32)
    return to_int32(float(start) * (1 - float(policy.value) / 100))


def _at_period_start(policy: Policy, state: State, current: int, now: int) -> int:
    """Replicas when the period began, from the changes made since. An event exactly a period old is outside."""
    since = now - policy.period_seconds * NANOSECONDS
    added = sum(event.change for event in state.ups if event.at > since)
    removed = sum(event.change for event in state.downs if event.at > since)
    return wrap(current - added + removed, 32)


# memory


def _with_recommendation(
    past: tuple[Recommendation, ...], outdated: list[bool], new: Recommendation
) -> tuple[Recommendation, ...]:
    """The new one in the place of the last outdated one, else at the end."""
    place = max((index for index, old in enumerate(outdated) if old), default=len(past))
    return (*past[:place], new, *past[place + 1 :])


def _with_event(past: tuple[ScaleEvent, ...], rules: Rules, change: int, now: int) -> tuple[ScaleEvent, ...]:
    longest = max((policy.period_seconds for policy in rules.policies), default=0)
    oldest = now - longest * NANOSECONDS
    marked = tuple(replace(event, reusable=event.reusable or event.at < oldest) for event in past)
    place = max((index for index, event in enumerate(marked) if event.reusable), default=len(marked))
    return (*marked[:place], ScaleEvent(change, now), *marked[place + 1 :])
