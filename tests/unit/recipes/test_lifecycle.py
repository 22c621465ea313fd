"""Budgets of a model server, as properties of any cold start and any stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.recipes import ColdStart
from headway.recipes.lifecycle import (
    EXIT_SECONDS,
    MOST_STABILIZATION_SECONDS,
    PROBE_PERIOD_SECONDS,
    SPOT_NOTICE_SECONDS,
    SPOT_RESERVE_SECONDS,
    plan_lifecycle,
)
from unit.recipes.builders import a_cold_start

SECONDS = st.floats(1, 2000)
STREAMS = st.integers(1, 3600)
STARTS = st.builds(a_cold_start, detect=SECONDS, pull=SECONDS, load=SECONDS, compile=SECONDS, ready=SECONDS)


@given(STARTS, STREAMS)
def test_a_drain_on_spot_ends_within_the_notice(cold: ColdStart, stream: int) -> None:
    life = plan_lifecycle(cold, stream, may_be_spot=True)
    used = life.pre_stop_seconds + life.shutdown_seconds + EXIT_SECONDS + SPOT_RESERVE_SECONDS
    assert used <= SPOT_NOTICE_SECONDS
    assert life.streams_cut_on_spot == (life.shutdown_seconds < stream)


@given(STARTS, STREAMS)
def test_a_drain_on_demand_lets_the_longest_stream_finish(cold: ColdStart, stream: int) -> None:
    life = plan_lifecycle(cold, stream, may_be_spot=False)
    assert life.shutdown_seconds == stream
    assert not life.streams_cut_on_spot


@given(STARTS, STREAMS, st.booleans())
def test_the_grace_period_is_above_pre_stop_and_shutdown(cold: ColdStart, stream: int, spot: bool) -> None:
    life = plan_lifecycle(cold, stream, spot)
    assert life.grace_seconds > life.pre_stop_seconds + life.shutdown_seconds


@given(STARTS, STREAMS, st.booleans())
def test_scaling_down_outlasts_a_cold_start(cold: ColdStart, stream: int, spot: bool) -> None:
    life = plan_lifecycle(cold, stream, spot)
    assert life.stabilization_seconds >= min(cold.worst_seconds, MOST_STABILIZATION_SECONDS)
    assert 300 <= life.stabilization_seconds <= MOST_STABILIZATION_SECONDS


@given(STARTS, STREAMS, st.booleans())
def test_going_to_zero_outlasts_a_cold_start_and_the_longest_stream(cold: ColdStart, stream: int, spot: bool) -> None:
    life = plan_lifecycle(cold, stream, spot)
    assert life.cooldown_seconds >= max(cold.worst_seconds, stream, 300)


@given(STARTS, STREAMS, st.booleans())
def test_a_pod_may_load_twice_before_it_is_killed(cold: ColdStart, stream: int, spot: bool) -> None:
    life = plan_lifecycle(cold, stream, spot)
    assert life.startup_budget_seconds >= 2 * cold.worst_of("load", "compile", "ready")
    assert life.startup_failures * PROBE_PERIOD_SECONDS >= life.startup_budget_seconds
    assert life.startup_budget_seconds % PROBE_PERIOD_SECONDS == 0


@given(STARTS, STREAMS, st.booleans())
def test_a_rollout_has_twice_the_whole_cold_start(cold: ColdStart, stream: int, spot: bool) -> None:
    assert plan_lifecycle(cold, stream, spot).progress_deadline_seconds >= max(600, 2 * cold.worst_seconds)


@pytest.mark.parametrize(("stream", "cut"), [(95, False), (96, True)])
def test_ninety_five_seconds_is_the_longest_stream_that_a_spot_notice_lets_finish(stream: int, cut: bool) -> None:
    life = plan_lifecycle(a_cold_start(load=10), stream, may_be_spot=True)
    assert (life.shutdown_seconds, life.streams_cut_on_spot) == (95, cut)
