"""No sequence of requests gets more than the budget and its burst."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headway_gateway.errors import TooManyRequests
from headway_gateway.identity.limits import MAX_RETRY_AFTER_SECONDS, Bucket, Budget, Limits, Usage

BUDGET = Budget(requests_per_second=2, request_burst=5, tokens_per_second=100, token_burst=1000, max_streams=3)
STEPS = st.lists(
    st.tuples(
        st.floats(min_value=-2, max_value=3, allow_nan=False),  # time passes, now and then backwards
        st.integers(min_value=0, max_value=1000),  # tokens asked for
        st.floats(min_value=0, max_value=1),  # share of them that goes unused
        st.booleans(),  # whether the answer ends at once
    ),
    max_size=80,
)


def admit(limits: Limits, client: str, tokens: int, now: float) -> Usage:
    """A request that asks for so many tokens."""
    usage = limits.request(client, now)
    limits.answer(usage, tokens, now)
    return usage


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_no_sequence_of_requests_exceeds_budget_and_burst(steps: list[tuple[float, int, float, bool]]) -> None:
    limits = Limits(BUDGET)
    now = 100.0
    start = latest = now + (steps[0][0] if steps else 0)
    requests, tokens, open_ = 0, 0.0, []
    for passes, asked, unused, ends in steps:
        now += passes
        latest = max(latest, now)
        try:
            usage = admit(limits, "ada", asked, now)
        except TooManyRequests:
            if open_:
                open_.pop().open -= 1
            continue
        requests += 1
        tokens += asked
        open_.append(usage)
        assert usage.open <= BUDGET.max_streams
        if ends:
            back = asked * unused
            usage.tokens.give_back(back)
            open_.pop().open -= 1
            tokens -= back
        elapsed = latest - start
        assert requests <= BUDGET.request_burst + BUDGET.requests_per_second * elapsed + 1e-6
        assert tokens <= BUDGET.token_burst + BUDGET.tokens_per_second * elapsed + 1e-6


@given(st.floats(min_value=0, max_value=1e6), st.floats(min_value=-1e6, max_value=0))
def test_time_that_runs_backwards_brings_nothing(taken: float, back: float) -> None:
    bucket = Bucket(rate=10, burst=100, now=50)
    bucket.take(taken)
    level = bucket.level
    bucket.fill(50 + back)
    assert bucket.level == level
    bucket.fill(51)
    assert bucket.level <= min(100, level + 10) + 1e-9


@settings(max_examples=100, deadline=None)
@given(st.integers(min_value=1, max_value=5000), st.floats(min_value=0, max_value=100))
def test_who_waits_as_long_as_retry_after_says_is_served(tokens: int, used: float) -> None:
    limits = Limits(BUDGET)
    admit(limits, "ada", int(used * 10), 0.0).open -= 1
    try:
        admit(limits, "ada", tokens, 0.0)
    except TooManyRequests as refused:
        wait = refused.retry_after_seconds or 0
    else:
        return
    assert 1 <= wait <= MAX_RETRY_AFTER_SECONDS
    admit(limits, "ada", tokens, float(wait))


def test_a_request_that_asks_for_more_tokens_than_are_left_is_not_charged() -> None:
    limits = Limits(BUDGET)
    admit(limits, "ada", 900, 0.0).open -= 1
    for _ in range(100):
        with pytest.raises(TooManyRequests):
            admit(limits, "ada", 200, 0.0)
    assert admit(limits, "ada", 100, 0.0).requests.level == 3


def test_a_request_that_is_refused_for_what_it_says_is_charged() -> None:
    limits = Limits(BUDGET)
    for _ in range(5):
        limits.request("ada", 0.0)
    with pytest.raises(TooManyRequests, match="limit of requests"):
        limits.request("ada", 0.0)


def test_one_clients_use_is_not_anothers() -> None:
    limits = Limits(BUDGET)
    for _ in range(3):
        admit(limits, "ada", 0, 0.0)
    with pytest.raises(TooManyRequests, match="open"):
        admit(limits, "ada", 0, 0.0)
    admit(limits, "grace", 0, 0.0)


def test_the_client_not_seen_for_longest_with_nothing_open_is_forgotten_first() -> None:
    limits = Limits(BUDGET, max_clients=2)
    held = admit(limits, "open", 1000, 0.0)
    admit(limits, "idle", 1000, 0.0).open -= 1
    admit(limits, "new", 1000, 0.0)
    assert admit(limits, "open", 0, 0.0) is held
    with pytest.raises(TooManyRequests, match="as many clients"):
        admit(limits, "another", 0, 0.0)
