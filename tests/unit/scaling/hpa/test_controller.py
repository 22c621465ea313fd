"""Single decisions, by the rules that surprise people."""

import pytest

from headway.scaling.hpa import (
    NANOSECONDS,
    Container,
    ControllerSettings,
    Measured,
    Observation,
    Pod,
    State,
    decide,
    identical_pods,
    read_hpa,
)


def an_hpa(kind: str = "AverageValue", amount: str = "25", **spec):
    field = {"AverageValue": "averageValue", "Value": "value"}[kind]
    external = {"metric": {"name": "load"}, "target": {"type": kind, field: amount}}
    return read_hpa({"maxReplicas": 20, "metrics": [{"type": "External", "external": external}], **spec})


def seen(replicas: int, load: float | None, t: float = 0, ready: int | None = None, **more) -> Observation:
    pods = identical_pods(replicas, replicas if ready is None else ready)
    values = {} if load is None else {"load": (round(load * 1000),)}
    return Observation(int(t * NANOSECONDS), replicas, replicas, pods, values, **more)


def run(spec, syncs, settings=None, state=None):
    """Replicas left by each sync of (t, replicas or None for those left before, load)."""
    state, left, found = state or State(), 0, []
    for t, replicas, load in syncs:
        decision = decide(spec, state, seen(left if replicas is None else replicas, load, t), settings)
        state, left = decision.state, decision.replicas
        found.append(left)
    return found


def test_average_value_counts_pods_that_still_load() -> None:
    spec = an_hpa(behavior={})
    assert decide(spec, State(), seen(4, 100, ready=1)).replicas == 4


def test_value_counts_only_pods_that_are_ready() -> None:
    spec = an_hpa("Value", behavior={})
    assert decide(spec, State(), seen(4, 100, ready=4)).replicas == 8
    assert decide(spec, State(), seen(4, 100, ready=1)).replicas == 4


@pytest.mark.parametrize(("load", "replicas"), [(54, 2), (55, 2), (56, 3), (45, 2)])
def test_a_tenth_is_tolerated(load: float, replicas: int) -> None:
    """2 pods, target 25: 54 is 8 % above, 56 is 12 %; 45 is 10 % below."""
    assert decide(an_hpa(), State(), seen(2, load)).replicas == replicas


def test_each_direction_may_have_its_own_tolerance() -> None:
    spec = an_hpa(behavior={"scaleUp": {"tolerance": "0"}, "scaleDown": {"tolerance": "500m"}})
    assert decide(spec, State(), seen(2, 50.001)).replicas == 3
    assert decide(spec, State(), seen(4, 51)).proposals == (4,)


def test_without_behavior_the_limit_is_the_double_or_4_and_with_it_the_double_or_4_more() -> None:
    assert decide(an_hpa(), State(), seen(2, 500)).replicas == 4
    assert decide(an_hpa(behavior={}), State(), seen(2, 500)).replicas == 6


def test_a_negative_metric_asks_for_everything() -> None:
    """Upstream takes a sum below 0 for an overflow."""
    decision = decide(an_hpa(), State(), seen(2, -1))
    assert decision.proposals == (2**31 - 1,)
    assert decision.reasons["ScalingLimited"] == "ScaleUpLimit"


def test_a_metric_of_zero_goes_to_the_minimum() -> None:
    at_once = {"scaleDown": {"stabilizationWindowSeconds": 0}}
    decision = decide(an_hpa(minReplicas=2, behavior=at_once), State(), seen(8, 0))
    assert (decision.replicas, decision.reasons["ScalingLimited"]) == (2, "TooFewReplicas")


def test_a_lost_metric_keeps_the_replicas_and_the_conditions_before() -> None:
    first = decide(an_hpa(), State(), seen(2, 100))
    lost = decide(an_hpa(), first.state, seen(4, None, 15))
    assert lost.replicas == 4
    assert lost.reasons == {
        "AbleToScale": "SucceededGetScale",
        "ScalingActive": "FailedGetExternalMetric",
        "ScalingLimited": "DesiredWithinRange",
    }


def test_conditions_are_unset_until_a_sync_sets_them() -> None:
    decision = decide(an_hpa(), State(), seen(0, 100))
    assert decision.reasons == {
        "AbleToScale": "SucceededGetScale",
        "ScalingActive": "ScalingDisabled",
        "ScalingLimited": None,
    }


def test_zero_replicas_turn_the_hpa_off_unless_its_minimum_is_zero() -> None:
    assert decide(an_hpa(), State(), seen(0, 100)).replicas == 0
    assert decide(an_hpa(minReplicas=0), State(), seen(0, 100)).replicas == 4


@pytest.mark.parametrize(("replicas", "left"), [(30, 20), (1, 3)])
def test_replicas_outside_the_bounds_are_brought_inside_without_asking_the_metric(replicas: int, left: int) -> None:
    decision = decide(an_hpa(minReplicas=3), State(), seen(replicas, None))
    assert (decision.replicas, decision.proposals) == (left, ())


def test_the_window_downwards_holds_the_highest_proposal() -> None:
    found = run(an_hpa(), [(15 * k, 4 if k == 0 else None, 100 if k == 0 else 10) for k in range(22)])
    assert found[20] == 4
    assert found[21] == 1


def test_with_behavior_a_proposal_exactly_as_old_as_the_window_is_forgotten() -> None:
    spec = an_hpa(behavior={"scaleDown": {"stabilizationWindowSeconds": 300}})
    found = run(spec, [(15 * k, 4 if k == 0 else None, 100 if k == 0 else 10) for k in range(22)])
    assert found[19] == 4
    assert found[20] == 1


def test_the_controllers_own_window_counts_where_the_hpa_states_none() -> None:
    settings = ControllerSettings(downscale_window=60 * NANOSECONDS)
    spec = an_hpa(behavior={"scaleUp": {}})
    assert run(spec, [(0, 4, 100), (45, None, 10), (60, None, 10)], settings) == [4, 4, 1]


def test_a_new_controller_takes_the_replicas_it_finds_as_its_first_proposal() -> None:
    assert decide(an_hpa(), State(), seen(8, 25)).replicas == 8


def test_a_restart_forgets_windows_and_keeps_conditions() -> None:
    before = decide(an_hpa(), State(), seen(4, 100))
    again = decide(an_hpa(), before.state.restarted(), seen(2, 25, 15))
    assert before.state.restarted().conditions == before.state.conditions
    assert again.replicas == 2
    assert decide(an_hpa(), before.state, seen(2, 25, 15)).replicas == 4


def test_policies_count_from_the_start_of_their_period() -> None:
    rules = {"policies": [{"type": "Pods", "value": 2, "periodSeconds": 60}]}
    spec = an_hpa(behavior={"scaleUp": rules})
    assert run(spec, [(15 * k, 1 if k == 0 else None, 500) for k in range(9)]) == [3, 3, 3, 3, 5, 5, 5, 5, 7]


@pytest.mark.parametrize(("select", "left"), [("Max", 11), ("Min", 6), ("Disabled", 1)])
def test_select_policy(select: str, left: int) -> None:
    policies = [
        {"type": "Pods", "value": 5, "periodSeconds": 15},
        {"type": "Percent", "value": 1000, "periodSeconds": 15},
    ]
    spec = an_hpa(behavior={"scaleUp": {"policies": policies, "selectPolicy": select}})
    assert decide(spec, State(), seen(1, 500)).replicas == left


def test_the_highest_of_several_metrics_wins_and_a_lost_one_forbids_to_shrink() -> None:
    def external(name: str):
        target = {"type": "AverageValue", "averageValue": "10"}
        return {"type": "External", "external": {"metric": {"name": name}, "target": target}}

    spec = read_hpa({"maxReplicas": 20, "metrics": [external("a"), external("b")]})

    def both(a: int, b: int | None) -> Observation:
        values = {"a": (a * 1000,), "b": () if b is None else (b * 1000,)}
        return Observation(0, 3, 3, identical_pods(3, 3), values)

    assert decide(spec, State(), both(50, 20)).proposals == (5, 2)
    assert decide(spec, State(), both(50, None)).replicas == 5
    shrunk = decide(spec, State(), both(10, None))
    assert (shrunk.replicas, shrunk.reasons["ScalingActive"]) == (3, "FailedGetExternalMetric")


@pytest.mark.parametrize(
    ("selector", "reason"),
    [("missing", "InvalidSelector"), ("invalid", "InvalidSelector"), ("ambiguous", "AmbiguousSelector")],
)
def test_a_selector_that_cannot_be_used_stops_the_metrics(selector: str, reason: str) -> None:
    decision = decide(an_hpa(), State(), seen(2, 500, selector=selector))
    assert (decision.replicas, decision.reasons["ScalingActive"]) == (2, reason)


@pytest.mark.parametrize(("error", "reason"), [("get", "FailedGetScale"), ("update", "FailedUpdateScale")])
def test_a_scale_that_cannot_be_reached_keeps_the_replicas(error: str, reason: str) -> None:
    decision = decide(an_hpa(), State(), seen(2, 500, scale_error=error))
    assert (decision.replicas, decision.reasons["AbleToScale"]) == (2, reason)
    assert decision.state.ups == ()


# CPU


def a_pod(name: str, milli: int | None, started: int = -1000, ready: bool | None = True, **more) -> Pod:
    container = Container("engine", {"cpu": 1000}, None if milli is None else {"cpu": milli})
    measured = None if milli is None else Measured(0)
    since = started * NANOSECONDS
    return Pod(name, ready=ready, ready_since=since, started=since, containers=(container,), measured=measured, **more)


def on_cpu(*pods: Pod, percent: int = 50) -> int:
    target = {"type": "Utilization", "averageUtilization": percent}
    metric = {"type": "Resource", "resource": {"name": "cpu", "target": target}}
    spec = read_hpa({"maxReplicas": 20, "metrics": [metric]})
    found = decide(spec, State(), Observation(0, len(pods), len(pods), pods))
    [proposal] = found.proposals
    return -1 if proposal is None else proposal


def test_cpu_of_ready_pods_scales_by_their_mean() -> None:
    assert on_cpu(a_pod("a", 1000), a_pod("b", 1000)) == 4
    assert on_cpu(a_pod("a", 250), a_pod("b", 250)) == 1


def test_a_pod_without_a_measure_is_idle_on_the_way_up_and_busy_on_the_way_down() -> None:
    assert on_cpu(a_pod("a", 1000), a_pod("b", 1000), a_pod("c", None)) == 4
    assert on_cpu(a_pod("a", 100), a_pod("b", None)) == 2
    assert on_cpu(a_pod("a", 10), a_pod("b", 10), a_pod("c", 10), a_pod("d", None)) == 2


def test_a_pod_that_starts_is_idle_on_the_way_up() -> None:
    assert on_cpu(a_pod("a", 1000), a_pod("b", 3000, started=-60, ready=False)) == 2
    assert on_cpu(a_pod("a", 1000), a_pod("b", 1000, phase="Pending")) == 2


def test_a_pod_being_deleted_is_left_out() -> None:
    assert on_cpu(a_pod("a", 1000), a_pod("b", 0, deleting=True)) == 2


def test_a_container_without_a_request_makes_utilization_unknown() -> None:
    bare = Pod("b", containers=(Container("engine", {}, {"cpu": 100}),), started=0, measured=Measured(0))
    assert on_cpu(a_pod("a", 1000), bare) == -1


def test_no_measured_pod_makes_it_unknown() -> None:
    assert on_cpu(a_pod("a", None)) == -1
