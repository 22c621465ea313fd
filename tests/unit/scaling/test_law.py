"""The shipped laws, and the replicas that follow from them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.scaling import (
    DEFAULT_LAW,
    DOCUMENTED_LAWS,
    LAWS,
    Expression,
    Metric,
    ScalingLaw,
    check_formula,
    desired_replicas,
)
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


def test_an_environment_cannot_choose_a_law_of_the_documents() -> None:
    assert not set(LAWS) & set(DOCUMENTED_LAWS)
    assert DEFAULT_LAW is LAWS["queue"]


@pytest.mark.parametrize(
    ("name", "traps", "error"),
    [
        ("documented-commuters-clamped", ["S1", "S2", "S3"], "expr has no function clamp_min"),
        ("documented-commuters-waiting", ["S3", "S5", "S11"], None),
        ("documented-weighted-queue", ["S2", "S4", "S5", "S11"], "no trigger is called running"),
    ],
)
def test_a_law_of_the_documents_says_what_is_wrong_with_it(name: str, traps: list[str], error: str | None) -> None:
    law = DOCUMENTED_LAWS[name]
    assert [flaw.trap for flaw in law.flaws] == traps
    assert (law.error is None) == (error is None)
    assert error is None or error in str(law.error)
    assert law.instead in LAWS
    assert check_formula(law.repaired.render(), law.repaired.metrics()) == []


def test_the_documents_formulas_stand_there_letter_by_letter(repository) -> None:
    mission = repository.parent / "shared" / "mission"
    if not mission.is_dir():
        pytest.skip(f"no {mission}: formulas are compared with the documents only where these are")
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(mission.glob("*.txt")))
    written = [law.formula for law in DOCUMENTED_LAWS.values() if law.error is not None]
    assert [formula for formula in written if formula not in text] == []


def test_only_the_repaired_queue_of_the_documents_keeps_counting_what_runs() -> None:
    """Trap S3: with nothing queued and 40 answers running, two of the three let every replica go but one."""
    drained = {"running": 40.0, "waiting": 0.0}
    loads = {name: law.repaired.evaluate(drained) for name, law in DOCUMENTED_LAWS.items()}
    assert loads == {
        "documented-commuters-clamped": 1.0,
        "documented-commuters-waiting": 0.0,
        "documented-weighted-queue": 40.0,
    }


def test_a_law_prints_its_own_documentation() -> None:
    lines = LAWS["queue"].documentation(may_sleep=True).splitlines()
    assert lines[2:4] == [
        "inflight + waiting * 9 + held * 10",
        "  1 for each inflight, 9 for each waiting, 10 for each held",
    ]
    assert "  held: requests the gateway holds for want of a replica" in lines


@pytest.mark.parametrize(
    ("awake", "per_sequence", "message"),
    [
        (Metric("running") > 1, 1, "the formula gives a bool"),
        (Metric("running") / Metric("waiting"), 1, "where waiting is 0"),
        (Metric("running") * 1, 0, "must add 1 at least"),
    ],
)
def test_a_law_that_keda_would_refuse_or_misread_cannot_be_made(
    awake: Expression, per_sequence: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        ScalingLaw("wrong", "Wrong.", awake, Metric("inflight") * 1, per_sequence)
