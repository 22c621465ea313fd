"""What was measured on the real operator (KEDA 2.20.2, Kubernetes 1.35.0, no kubelet), replayed in virtual time.

Two prometheus triggers, `running + waiting * 10`, target 25, pollingInterval 5, cooldownPeriod 10, min 0, max 8. The times
measured include the operator's start-up of half a second and the phase of its timers, which the tests choose.
"""

from headway.scaling.hpa import State, decide, read_hpa
from headway.scaling.hpa.observation import NANOSECONDS, Observation
from headway.scaling.keda import KedaState, Reading, Seen, answer, hpa_of, poll, read_scaled_object
from unit.scaling.keda.builders import World, a_scaled_object, queue_formula, readings


def test_the_hpa_has_one_metric_and_at_least_one_replica() -> None:
    hpa = hpa_of(a_scaled_object())
    assert hpa is not None
    assert hpa["metadata"] == {"name": "keda-hpa-served", "namespace": "models"}
    assert hpa["spec"]["minReplicas"] == 1
    [metric] = hpa["spec"]["metrics"]
    assert metric["external"]["metric"]["name"] == "composite-metric"
    assert metric["external"]["metric"]["selector"] == {"matchLabels": {"scaledobject.keda.sh/name": "served"}}
    assert metric["external"]["target"] == {"type": "AverageValue", "averageValue": "25"}


def test_the_metric_is_50_for_30_running_and_2_waiting_and_2_replicas_come_within_one_hpa_period() -> None:
    spec = read_scaled_object(a_scaled_object())
    seen = Seen(0, 1, readings(30, 2))
    assert answer(spec, KedaState(0), seen, "composite-metric", queue_formula).values == {"composite-metric": 50_000}
    replicas = World(a_scaled_object(), lambda _: readings(30, 2), replicas=1).run(17)
    assert replicas[14:16] == [1, 2]


def test_load_200_takes_two_hpa_periods_to_8_by_way_of_6() -> None:
    """Measured: 2, 6, 8. The step to 6 is the default policy of `behavior`, so the object stated one direction of it."""
    config = {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 300}}}
    modifiers = {"formula": "running + waiting * 10", "target": "25"}
    stated = a_scaled_object(advanced={"scalingModifiers": modifiers, "horizontalPodAutoscalerConfig": config})
    replicas = World(stated, lambda _: readings(200), replicas=2).run(31)
    assert replicas[14:16] == [2, 6]
    assert replicas[29:31] == [6, 8]


def test_without_behavior_the_first_step_is_the_double() -> None:
    replicas = World(a_scaled_object(), lambda _: readings(200), replicas=2).run(31)
    assert replicas[14:16] == [2, 4]
    assert replicas[29:31] == [4, 8]


def test_no_load_takes_8_straight_to_0_past_the_hpa_window() -> None:
    """Measured: 7 s after the load went, at a cooldown of 10 s; the load had been seen a few seconds before."""
    replicas = World(a_scaled_object(), lambda t: readings(200 if t < 104 else 0), replicas=8).run(130)
    dropped = replicas.index(0)
    assert set(replicas[:dropped]) == {8}
    assert 7 <= dropped - 104 <= 15


def test_3_waiting_wake_2_replicas_within_one_poll_and_one_sync() -> None:
    """Measured: 5 s. The HPA stepped in the same quarter second, which the phase of its sync decides."""
    load = lambda t: readings(0, 3 if t >= 16 else 0)  # noqa: E731
    replicas = World(a_scaled_object(), load, replicas=0, first_sync=20).run(31)
    assert replicas[19] == 0
    assert replicas[20] == 2


def test_a_dead_source_falls_back_to_3_after_15_seconds() -> None:
    """Failures are counted by polls and by the HPA's requests: 3 polls and one request exceed the threshold of 3."""
    fallen = a_scaled_object(fallback={"failureThreshold": 3, "replicas": 3})
    dead = World(fallen, lambda t: readings(None, None) if 60 <= t < 105 else readings(20), replicas=1)
    replicas = dead.run(150)
    assert replicas[75:105] == [3] * 30
    assert replicas[74] == 1
    assert replicas[60] == 1


def test_a_new_scaled_object_without_load_empties_its_deployment_at_the_first_poll() -> None:
    """Measured: 0.2 s after it was applied (trap S16). initialCooldownPeriod is what prevents it."""
    spec = read_scaled_object(a_scaled_object())
    seen = Seen(200_000_000, 4, readings(0))
    assert poll(spec, KedaState(created=0), seen, queue_formula).replicas == 0
    patient = read_scaled_object(a_scaled_object(initialCooldownPeriod=600))
    assert poll(patient, KedaState(created=0), seen, queue_formula).replicas == 4
    late = Seen(601 * NANOSECONDS, 4, readings(0))
    assert poll(patient, KedaState(created=0), late, queue_formula).replicas == 0


def test_an_external_push_of_60_becomes_3_replicas_in_the_next_hpa_round() -> None:
    """Measured: 1 replica 0.2 s after the push, 3 (60 / 25) with the HPA's next round."""
    trigger = {"type": "external-push", "metadata": {"scalerAddress": "scaler:6000", "targetValue": "25"}}
    pushed = a_scaled_object(triggers=[trigger], advanced=None, pollingInterval=30)
    spec, hpa = read_scaled_object(pushed), hpa_of(pushed)
    seen = Seen(0, 0, {"s0-external-push": Reading(60, active=True)})
    assert poll(spec, KedaState(0), seen).replicas == 1
    values = answer(spec, KedaState(0), seen, "s0-external-push").values
    assert values == {"s0-external-push": 60_000}
    view = Observation(15 * NANOSECONDS, 1, 1, values={"s0-external-push": (60_000,)})
    assert decide(read_hpa(hpa), State(), view).replicas == 3
