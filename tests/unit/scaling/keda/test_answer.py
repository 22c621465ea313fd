"""What the HPA is told, and the HPA that asks."""

import pytest

from headway.scaling.hpa import Refused, read_hpa
from headway.scaling.keda import KedaState, Reading, Seen, answer, hpa_of, poll, read_scaled_object
from unit.scaling.keda.builders import RUNNING, WAITING, a_scaled_object, a_trigger, queue_formula, readings

METRIC = "composite-metric"
OVER = {RUNNING: 4, WAITING: 4}


def modified(target: str = "25", **more: str) -> dict[str, dict[str, str]]:
    return {"scalingModifiers": {"formula": "running + waiting * 10", "target": target, **more}}


def told(scaled_object, found, replicas=4, failures=None, ready=4, metric=METRIC, formula=queue_formula):
    spec = read_scaled_object(scaled_object)
    state = KedaState(created=0, failures=failures or {})
    return answer(spec, state, Seen(0, replicas, found, ready_pods=ready), metric, formula)


def test_failures_must_exceed_the_threshold() -> None:
    stated = a_scaled_object(fallback={"failureThreshold": 3, "replicas": 3})
    assert told(stated, readings(None), failures={RUNNING: 2}).values is None
    assert told(stated, readings(None), failures={RUNNING: 3}).values == {METRIC: 75_000}


@pytest.mark.parametrize(
    ("behavior", "replicas", "expected"),
    [
        ("static", 9, 3),
        ("currentReplicas", 9, 9),
        ("currentReplicas", 1, 1),
        ("currentReplicasIfHigher", 9, 9),
        ("currentReplicasIfHigher", 1, 3),
        ("currentReplicasIfLower", 9, 3),
        ("currentReplicasIfLower", 1, 1),
    ],
)
def test_fallback_replicas(behavior: str, replicas: int, expected: int) -> None:
    stated = a_scaled_object(fallback={"failureThreshold": 3, "replicas": 3, "behavior": behavior})
    found = told(stated, readings(None, None), replicas=replicas, failures=OVER)
    assert found.values == {METRIC: expected * 25_000}


@pytest.mark.parametrize(("target", "falls_back"), [("25", True), ("25.0", False), ("25.5", False), ("+25", True)])
def test_fallback_with_a_formula_needs_a_whole_target(target: str, falls_back: bool) -> None:
    """Trap S8: otherwise it is ignored, and failures are not even counted."""
    stated = a_scaled_object(fallback={"failureThreshold": 3, "replicas": 3}, advanced=modified(target))
    found = told(stated, readings(None, None), failures=OVER)
    assert (found.values is not None) is falls_back
    assert bool(found.state.failures) is falls_back


def test_without_a_formula_any_target_will_do() -> None:
    trigger = a_trigger("running", metadata={"threshold": "2.5"})
    stated = a_scaled_object(advanced=None, triggers=[trigger], fallback={"failureThreshold": 0, "replicas": 2})
    assert told(stated, {RUNNING: Reading()}, metric=RUNNING).values == {RUNNING: 5_000}


def test_an_unreachable_external_scaler_never_falls_back() -> None:
    """Trap S9, KEDA issue 8056: without the list of its metrics no failure is counted."""
    stated = a_scaled_object(fallback={"failureThreshold": 0, "replicas": 3})
    found = {RUNNING: Reading(unreachable=True), WAITING: Reading(0)}
    state = KedaState(created=0)
    spec = read_scaled_object(stated)
    for _ in range(10):
        asked = answer(spec, state, Seen(0, 4, found), METRIC, queue_formula)
        polled = poll(spec, asked.state, Seen(0, 4, found), queue_formula)
        state = polled.state
        assert asked.values is None
        assert polled.replicas == 4
    assert not state.falling_back


def test_a_formula_can_handle_the_loss_itself() -> None:
    fallback = {"failureThreshold": 3, "replicas": 3, "behavior": "scalingModifiers"}
    stated = a_scaled_object(fallback=fallback)
    lost = told(
        stated, readings(None, 2), failures={RUNNING: 3}, formula=lambda v: v["waiting"] if v["running"] is None else 0
    )
    assert lost.values == {METRIC: 2_000}
    nil = told(stated, readings(None, 2), failures={RUNNING: 3}, formula=lambda _: None)
    assert nil.values == {METRIC: 75_000}


def test_value_targets_share_the_fallback_among_ready_pods() -> None:
    stated = a_scaled_object(fallback={"failureThreshold": 0, "replicas": 3}, advanced=modified(metricType="Value"))
    assert told(stated, readings(None, None), ready=2).values == {METRIC: 37_500}
    assert told(stated, readings(None, None), ready=0).values is None


def test_a_recovery_forgets_the_failures() -> None:
    stated = a_scaled_object(fallback={"failureThreshold": 3, "replicas": 3})
    found = told(stated, readings(50), failures=OVER)
    assert (found.values, found.state.failures, found.state.falling_back) == (
        {METRIC: 50_000},
        {RUNNING: 0, WAITING: 0},
        False,
    )


def test_a_cached_metric_is_that_of_the_last_poll() -> None:
    stated = a_scaled_object(advanced=None, triggers=[a_trigger("running", useCachedMetrics=True)])
    spec = read_scaled_object(stated)
    polled = poll(spec, KedaState(0), Seen(0, 1, {RUNNING: Reading(50)}))
    asked = answer(spec, polled.state, Seen(0, 1, {RUNNING: Reading(99)}), RUNNING)
    assert asked.values == {RUNNING: 50_000}


@pytest.mark.parametrize(
    ("value", "milli"), [(-5.0, 0), (float("nan"), 0), (float("inf"), 0), (0.0004, 0), (1.2346, 1235)]
)
def test_triggers_report_thousandths_and_nothing_below_0(value: float, milli: int) -> None:
    stated = a_scaled_object(advanced=None, triggers=[a_trigger("running")])
    assert told(stated, {RUNNING: Reading(value)}, metric=RUNNING).values == {RUNNING: milli}


def test_the_formula_is_cut_off_not_rounded() -> None:
    assert told(a_scaled_object(), readings(1), formula=lambda _: 1.9999).values == {METRIC: 1_999}


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan"), 1e17])
def test_what_fits_in_no_integer_reaches_the_hpa_as_0(value: float) -> None:
    """KEDA's cast makes it the smallest int64, and reading that back from its text makes it 0: the minimum."""
    assert told(a_scaled_object(), readings(1), formula=lambda _: value).values == {METRIC: 0}


# the HPA


def test_the_hpa_has_a_metric_for_each_trigger_sorted_by_type() -> None:
    cpu = {"type": "cpu", "metadata": {"value": "70"}, "metricType": "Utilization"}
    hpa = hpa_of(a_scaled_object(advanced=None, triggers=[cpu, a_trigger("running", metadata={"threshold": "2.5"})]))
    assert hpa is not None
    assert [metric["type"] for metric in hpa["spec"]["metrics"]] == ["External", "Resource"]
    assert hpa["spec"]["metrics"][0]["external"]["metric"]["name"] == "s1-prometheus"
    assert [(metric.name, metric.amount) for metric in read_hpa(hpa).metrics] == [("s1-prometheus", 2_500), ("cpu", 70)]


def test_a_pause_of_one_direction_disables_it_in_the_hpa() -> None:
    hpa = hpa_of(a_scaled_object({"autoscaling.keda.sh/paused-scale-in": "true"}))
    assert hpa is not None
    assert hpa["spec"]["behavior"] == {"scaleDown": {"selectPolicy": "Disabled"}}


def test_a_paused_object_has_no_hpa() -> None:
    assert hpa_of(a_scaled_object({"autoscaling.keda.sh/paused-replicas": "0"})) is None


def test_everything_that_is_wrong_is_said_at_once() -> None:
    stated = a_scaled_object(
        minReplicaCount=9,
        idleReplicaCount=9,
        pollingInterval=0,
        fallback={"failureThreshold": 3},
        triggers=[a_trigger("running"), a_trigger("running", metadata={"threshold": 25})],
        advanced={"scalingModifiers": {"formula": "running", "target": "abc"}},
    )
    with pytest.raises(Refused) as refused:
        read_scaled_object(stated)
    paths = {refusal.path for refusal in refused.value.refusals}
    assert paths == {
        "spec.maxReplicaCount",
        "spec.idleReplicaCount",
        "spec.pollingInterval",
        "spec.fallback.replicas",
        "spec.triggers[1].metadata.threshold",
        "spec.triggers",
        "spec.advanced.scalingModifiers.target",
    }


def test_every_rendered_scaled_object_is_read_and_has_an_hpa(prod, dev) -> None:
    found = [*prod.of_kind("ScaledObject"), *dev.of_kind("ScaledObject")]
    assert len(found) > 4
    for scaled_object in found:
        hpa = hpa_of(scaled_object)
        assert hpa is not None
        assert read_hpa(hpa).max_replicas == scaled_object["spec"]["maxReplicaCount"]
