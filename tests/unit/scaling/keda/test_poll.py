"""One poll: activation, cooldown, idle replicas, fallback, pause."""

import pytest

from headway.scaling.hpa import NANOSECONDS
from headway.scaling.keda import KedaState, Reading, Seen, poll, read_scaled_object
from unit.scaling.keda.builders import RUNNING, WAITING, a_scaled_object, a_trigger, queue_formula, readings

AT = 1000 * NANOSECONDS
NO_FORMULA = {"advanced": None, "triggers": [a_trigger("running", metadata={"activationThreshold": "5"})]}


def after(scaled_object, replicas, found, **state):
    spec = read_scaled_object(scaled_object)
    return poll(spec, KedaState(created=0, **state), Seen(AT, replicas, found, ready_pods=replicas), queue_formula)


def test_active_means_strictly_above_the_activation_threshold() -> None:
    assert after(a_scaled_object(**NO_FORMULA), 0, {RUNNING: Reading(5)}).replicas == 0
    assert after(a_scaled_object(**NO_FORMULA), 0, {RUNNING: Reading(5.001)}).replicas == 1


def test_with_a_formula_the_triggers_own_thresholds_do_not_count() -> None:
    triggers = [a_trigger("running", metadata={"activationThreshold": "1000"}), a_trigger("waiting")]
    assert after(a_scaled_object(triggers=triggers), 0, readings(1)).replicas == 1


def test_activation_target_is_compared_with_the_formula() -> None:
    modifiers = {"formula": "running + waiting * 10", "target": "25", "activationTarget": "20"}
    stated = a_scaled_object(advanced={"scalingModifiers": modifiers})
    assert after(stated, 0, readings(0, 2)).replicas == 0
    assert after(stated, 0, readings(1, 2)).replicas == 1


def test_waking_goes_to_the_minimum_at_once() -> None:
    stated = a_scaled_object(minReplicaCount=3, idleReplicaCount=0)
    assert after(stated, 0, readings(1)).replicas == 3
    assert after(stated, 2, readings(1)).replicas == 3


def test_idle_replicas_follow_the_cooldown_though_the_minimum_is_above_0() -> None:
    stated = a_scaled_object(minReplicaCount=3, idleReplicaCount=0)
    assert after(stated, 5, readings(0), last_active=AT - 10 * NANOSECONDS).replicas == 5
    assert after(stated, 5, readings(0), last_active=AT - 11 * NANOSECONDS).replicas == 0


def test_a_minimum_of_1_never_sleeps_and_is_restored() -> None:
    stated = a_scaled_object(minReplicaCount=1)
    assert after(stated, 5, readings(0), last_active=0).replicas == 5
    assert after(stated, 0, readings(0)).replicas == 1


def test_the_cooldown_must_be_exceeded() -> None:
    cooling = after(a_scaled_object(), 8, readings(0), last_active=AT - 10 * NANOSECONDS)
    assert (cooling.replicas, cooling.state.reason) == (8, "ScalerCooldown")
    assert after(a_scaled_object(), 8, readings(0), last_active=AT - 10 * NANOSECONDS - 1).replicas == 0


def test_activity_is_remembered_in_whole_seconds() -> None:
    spec = read_scaled_object(a_scaled_object())
    found = poll(spec, KedaState(0), Seen(AT + 999_999_999, 1, readings(1)), queue_formula)
    assert found.state.last_active == AT


def test_a_trigger_in_error_holds_the_replicas() -> None:
    found = after(a_scaled_object(), 5, readings(None, 0), last_active=0)
    assert (found.replicas, found.failed, found.state.reason) == (5, True, "TriggerError")


def test_a_fallback_of_0_replicas_does_not_hold_them() -> None:
    stated = a_scaled_object(fallback={"failureThreshold": 3, "replicas": 0})
    assert after(stated, 5, readings(None, 0), last_active=0).replicas == 0


def test_a_fallback_lifts_a_sleeping_deployment_in_this_version() -> None:
    """KEDA 2.20.2's source; issue 7239 was reported on an older one."""
    stated = a_scaled_object(fallback={"failureThreshold": 3, "replicas": 2})
    failures = {RUNNING: 3, WAITING: 3}
    found = after(stated, 0, readings(None, None), failures=failures)
    assert (found.replicas, found.state.falling_back) == (1, True)


def test_one_active_trigger_beside_one_in_error_is_active_but_not_remembered() -> None:
    triggers = [a_trigger("running"), a_trigger("waiting")]
    found = after(a_scaled_object(advanced=None, triggers=triggers), 2, readings(9, None), last_active=7)
    assert (found.active, found.state.reason, found.state.last_active) == (True, "PartialTriggerError", 7)


def test_a_formula_that_fails_without_a_trigger_in_error_reads_as_idle() -> None:
    def broken(_values):
        raise ZeroDivisionError

    spec = read_scaled_object(a_scaled_object())
    state = KedaState(created=0, last_active=0)
    assert poll(spec, state, Seen(AT, 8, readings(100)), broken).replicas == 0


def test_an_infinite_formula_reads_as_idle_too() -> None:
    """Division by zero is infinite in expr, and KEDA's cast to an integer makes it the smallest number there is."""
    spec = read_scaled_object(a_scaled_object())
    state = KedaState(created=0, last_active=0)
    assert poll(spec, state, Seen(AT, 8, readings(100)), lambda _: float("inf")).replicas == 0


def test_cpu_alone_is_always_active() -> None:
    trigger = {"type": "cpu", "metadata": {"value": "70"}, "metricType": "Utilization"}
    found = after(a_scaled_object(advanced=None, triggers=[trigger], minReplicaCount=0), 3, {})
    assert (found.active, found.replicas) == (True, 3)


@pytest.mark.parametrize(("value", "held"), [("true", True), ("yes", True), ("false", False), ("0", False)])
def test_a_pause_annotation_that_is_no_truth_value_counts_as_true(value: str, held: bool) -> None:
    stated = a_scaled_object({"autoscaling.keda.sh/paused": value})
    assert (after(stated, 0, readings(100)).replicas == 0) is held


def test_paused_replicas_put_the_target_there() -> None:
    assert after(a_scaled_object({"autoscaling.keda.sh/paused-replicas": "3"}), 8, readings(0)).replicas == 3


def test_one_direction_can_be_paused() -> None:
    assert after(a_scaled_object({"autoscaling.keda.sh/paused-scale-in": "true"}), 8, readings(0)).replicas == 8
    assert after(a_scaled_object({"autoscaling.keda.sh/paused-scale-out": "true"}), 0, readings(9)).replicas == 0


def test_activation_can_be_forced() -> None:
    assert after(a_scaled_object({"autoscaling.keda.sh/force-activation": "true"}), 0, readings(0)).replicas == 1
