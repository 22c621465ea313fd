"""The simulation behind `headway law`: the workload adds up, and the control laws are those of real objects."""

from dataclasses import replace

import pytest

from headway.scaling import LAWS, Metric
from headway.scaling.behaviour import (
    CPU_REQUESTS,
    SCENARIOS,
    CpuScaler,
    LawScaler,
    Scenario,
    Workload,
    compare,
    scaled_object,
    simulate,
)
from headway.scaling.hpa import read_hpa
from headway.scaling.keda import hpa_of

QUEUE = LAWS["queue"]


class Fixed:
    """A scaler that leaves the replicas alone."""

    name = "fixed"

    def act(self, now, fleet, lost) -> None:
        """Does nothing."""


def steady(worth: float, seconds: int = 1200) -> Scenario:
    return Scenario("steady", "the same load all the time", seconds, lambda _: worth)


def test_enough_replicas_serve_every_request_at_once() -> None:
    run = simulate(steady(3.0), Fixed(), Workload())
    assert run.requests == 3 * 2 * 1200
    assert (run.waited, len(run.waits)) == (0, run.requests)


def test_too_few_replicas_serve_exactly_what_they_carry() -> None:
    workload = Workload(min_replicas=2)
    spike = Scenario("over", "1 at first, then 4", 1208, lambda second: 1.0 if second < 8 else 4.0)
    run = simulate(spike, Fixed(), workload)
    assert len(run.waits) == pytest.approx(2 * workload.capacity * 1200, rel=0.02)
    assert run.waited > run.requests - len(run.waits) > 0


def test_dollars_are_replica_hours() -> None:
    run = simulate(steady(3.0, 3600), Fixed(), Workload(usd_per_replica_hour=2.5))
    assert run.usd == pytest.approx(3 * 2.5)


def test_new_replicas_serve_only_after_their_cold_start() -> None:
    run = simulate(SCENARIOS[0], LawScaler(QUEUE, Workload(cold_start_seconds=120)), Workload(cold_start_seconds=120))
    asked = next(point.t for point in run.points if point.replicas > 1)
    ready = next(point.t for point in run.points if point.ready > 1)
    assert asked in (300, 315)
    assert ready - asked == 120


def test_the_law_overshoots_a_step_and_does_not_oscillate() -> None:
    """Traps S3 and S4: the running term keeps it from falling back, the queue during the cold start asks for too much."""
    run = simulate(SCENARIOS[0], LawScaler(QUEUE, Workload()), Workload())
    assert run.overshoot > 0
    assert run.oscillations == 0


def test_a_law_without_a_running_term_falls_while_it_is_needed() -> None:
    """Trap S3 in numbers: one replica a queued request, nothing for a running one."""
    naive = replace(QUEUE, name="naive", awake=Metric("waiting") * 50, per_sequence=50)
    run = simulate(SCENARIOS[0], LawScaler(naive, Workload()), Workload())
    kept = simulate(SCENARIOS[0], LawScaler(QUEUE, Workload()), Workload())
    assert run.oscillations > kept.oscillations
    assert run.waited > kept.waited


def test_lost_metrics_keep_the_replicas() -> None:
    loss = SCENARIOS[3]
    run = simulate(loss, LawScaler(QUEUE, Workload()), Workload())
    during = {point.replicas for point in run.points if point.t in loss.metrics_lost}
    before = next(point.replicas for point in reversed(run.points) if point.t < loss.metrics_lost.start)
    assert during == {before}


def test_a_sleeping_deployment_wakes_for_what_the_gateway_holds() -> None:
    workload = Workload(min_replicas=0, cold_start_seconds=60)
    late = Scenario("late", "nothing, then one replica's worth", 1200, lambda second: 1.0 if second >= 600 else 0.0)
    run = simulate(late, LawScaler(QUEUE, workload), workload)
    assert run.points[0].replicas == 0
    woken = next(point.t for point in run.points if point.replicas)
    assert 600 <= woken <= 615
    assert len(run.waits) == pytest.approx(run.requests, abs=2 * workload.sequences)


def test_a_law_may_also_fall_asleep() -> None:
    workload = Workload(min_replicas=0)
    burst = Scenario("burst", "one replica's worth for a minute", 1200, lambda second: 1.0 if second < 60 else 0.0)
    run = simulate(burst, LawScaler(QUEUE, workload), workload)
    assert run.points[-1].replicas == 0


def test_cpu_does_not_tell_one_request_from_a_full_house() -> None:
    """The claim of the picture: with either request the HPA on CPU costs more or serves less."""
    workload = Workload()
    law, seen_busy, seen_idle = (run for run in compare((QUEUE,), workload) if run.scenario.name == "step")
    assert seen_busy.usd > 1.3 * law.usd
    assert seen_busy.waited > law.waited
    assert seen_idle.most == workload.min_replicas
    assert seen_idle.waited > 5 * law.waited


@pytest.mark.parametrize("request_cores", [1.0, 1.2, 1.4, 1.5, 1.6, 1.65, 1.8, 2.5])
def test_no_cpu_request_between_the_two_serves_the_step_as_well(request_cores: float) -> None:
    workload = Workload()
    law = simulate(SCENARIOS[0], LawScaler(QUEUE, workload), workload)
    cpu = simulate(SCENARIOS[0], CpuScaler(workload, request_cores), workload)
    assert cpu.waited > law.waited
    assert cpu.usd > law.usd or cpu.most == 1


def test_the_same_run_comes_out_the_same() -> None:
    assert compare((QUEUE,), Workload())[0].points == compare((QUEUE,), Workload())[0].points


def test_the_law_scales_by_the_rules_of_rendered_deployments(prod) -> None:
    """Formula, windows and policies are those of dist/, but for what depends on the recipe."""
    rendered = prod.one("ScaledObject", "mistral-7b-awq")
    made = scaled_object(QUEUE, Workload(min_replicas=rendered["spec"]["minReplicaCount"]))
    theirs, ours = rendered["spec"]["advanced"], made["spec"]["advanced"]
    assert ours["scalingModifiers"]["formula"] == theirs["scalingModifiers"]["formula"]
    assert made["spec"]["fallback"] == rendered["spec"]["fallback"]
    real, simulated = read_hpa(hpa_of(rendered)), read_hpa(hpa_of(made))
    assert real.behavior is not None
    assert simulated.behavior is not None
    assert simulated.behavior.up == real.behavior.up
    assert simulated.behavior.down.policies == real.behavior.down.policies


def test_the_larger_cpu_request_is_what_a_rendered_pod_asks_for(prod) -> None:
    [deployment] = [found for found in prod.of_kind("Deployment") if found["metadata"]["name"] == "mistral-7b-awq"]
    [engine] = deployment["spec"]["template"]["spec"]["containers"]
    assert engine["resources"]["requests"]["cpu"] == f"{CPU_REQUESTS[1] * 1000:.0f}m"


def test_a_cpu_scaler_waits_for_pods_that_are_not_ready() -> None:
    """The HPA holds back while new pods load: with a cold start of 2 minutes it climbs step by step."""
    run = simulate(SCENARIOS[0], CpuScaler(Workload(), 1.0), Workload())
    steps = sorted({point.replicas for point in run.points})
    assert len(steps) > 4
