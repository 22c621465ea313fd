"""The shipped laws, and the replicas that follow from them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.scaling import LAWS, ScalingLaw, desired_replicas
from headway.scaling.law import FILL

COUNTS = st.integers(0, 10_000)
SHIPPED = st.sampled_from(sorted(LAWS)).map(LAWS.__getitem__)


def values(running: int, waiting: int, held: int = 0) -> dict[str, float]:
    """What every metric reads while engines are scraped."""
    return {"running": running, "waiting": waiting, "held": held, "inflight": running + waiting}


def test_the_shipped_laws_are_named_by_themselves() -> None:
    assert {name: law.name for name, law in LAWS.items()} == {name: name for name in ("queue", "virtual-commuters")}
    assert all(law.summary.endswith(".") for law in LAWS.values())


@given(SHIPPED, COUNTS, COUNTS)
def test_both_forms_agree_while_engines_are_scraped_and_nothing_is_held(
    law: ScalingLaw, running: int, waiting: int
) -> None:
    now = values(running, waiting)
    assert law.expression(may_sleep=True).evaluate(now) == law.expression(may_sleep=False).evaluate(now)


@given(SHIPPED, COUNTS, COUNTS, st.integers(1, 1000))
def test_a_held_request_adds_to_the_form_that_may_sleep(law: ScalingLaw, running: int, waiting: int, held: int) -> None:
    idle, busy = values(running, waiting), values(running, waiting, held)
    assert law.asleep.evaluate(busy) > law.asleep.evaluate(idle)


@given(SHIPPED)
def test_only_the_form_that_may_sleep_needs_the_gateway(law: ScalingLaw) -> None:
    assert set(law.awake.metrics()) == {"running", "waiting"}
    assert {"inflight", "held"} <= set(law.asleep.metrics())
    assert "running" not in law.asleep.metrics()


@given(SHIPPED, COUNTS)
def test_an_idle_deployment_has_no_load_and_a_running_stream_is_never_none(law: ScalingLaw, running: int) -> None:
    """Trap S3: the term for running requests keeps replicas after the queue has drained."""
    assert law.awake.evaluate(values(0, 0)) == 0
    assert law.awake.evaluate(values(running, 0)) == running * law.per_sequence


@given(SHIPPED, st.integers(1, 4096))
def test_a_target_is_a_positive_integer_of_whole_sequences(law: ScalingLaw, sequences: int) -> None:
    target = law.target(sequences)
    assert isinstance(target, int)
    assert target >= law.per_sequence
    assert target % law.per_sequence == 0
    assert target // law.per_sequence <= max(1, sequences * FILL)


@given(SHIPPED, st.integers(2, 1024), st.integers(1, 50))
def test_replicas_that_are_filled_as_meant_ask_for_no_more(law: ScalingLaw, sequences: int, replicas: int) -> None:
    per_replica = law.target(sequences) // law.per_sequence
    value = law.awake.evaluate(values(replicas * per_replica, 0))
    assert desired_replicas(value, law.target(sequences), 0, 1000) == replicas


BOUNDS = st.tuples(st.integers(0, 50), st.integers(1, 100)).map(lambda two: (two[0], max(two)))
VALUES = st.floats(0, 1e6)


@given(VALUES, st.integers(1, 1000), BOUNDS)
def test_desired_replicas_stay_within_their_bounds(value: float, target: int, bounds: tuple[int, int]) -> None:
    least, most = bounds
    assert least <= desired_replicas(value, target, least, most) <= most


@given(VALUES, VALUES, st.integers(1, 1000), BOUNDS)
def test_more_load_never_asks_for_fewer_replicas(
    one: float, other: float, target: int, bounds: tuple[int, int]
) -> None:
    low, high = sorted((one, other))
    assert desired_replicas(low, target, *bounds) <= desired_replicas(high, target, *bounds)


@given(VALUES, st.integers(1, 1000))
def test_between_its_bounds_the_load_of_a_replica_is_at_most_the_target(value: float, target: int) -> None:
    replicas = desired_replicas(value, target, 1, 10**9)
    assert value / replicas <= target
    assert replicas == max(1, math.ceil(value / target))


@pytest.mark.parametrize(("value", "replicas"), [(0, 0), (1, 1), (25, 1), (26, 2), (250, 10), (1000, 10)])
def test_a_queue_asks_for_the_next_whole_replica(value: int, replicas: int) -> None:
    assert desired_replicas(value, 25, 0, 10) == replicas
