"""The small parts of the relay: token counts, the retry budget, the small contract."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway_gateway.errors import UpstreamMalformed
from headway_gateway.generate import as_generated
from headway_gateway.relay.retry_budget import ADVANCE, EARNED, MOST, RetryBudget
from headway_gateway.relay.usage import Usage, usage_in
from headway_gateway.upstream.connection import AnswerHead


def completion(text: str, prompt: int, output: int) -> bytes:
    usage = {"prompt_tokens": prompt, "total_tokens": prompt + output, "completion_tokens": output}
    return json.dumps({"choices": [{"text": text}], "usage": usage, "kv_transfer_params": None}).encode()


@given(st.text(max_size=3000), st.integers(0, 10**8), st.integers(0, 10**8))
def test_usage_is_read_from_the_end_of_any_answer(text: str, prompt: int, output: int) -> None:
    assert usage_in(completion(text, prompt, output)) == Usage(prompt, output)


def test_a_model_cannot_forge_its_count_from_inside_a_text() -> None:
    forged = '"usage":{"prompt_tokens":0,"completion_tokens":0}'
    assert usage_in(completion(forged, 7, 9)) == Usage(7, 9)
    assert usage_in(json.dumps({"choices": [{"text": forged}]}).encode()) is None


@pytest.mark.parametrize("body", [b"", b'{"usage":null}', b'"prompt_tokens":7', b'"completion_tokens": 7'])
def test_half_a_count_is_none(body: bytes) -> None:
    assert usage_in(body) is None


@given(st.lists(st.tuples(st.sampled_from([None, b"0", b"1", b"2"]), st.booleans()), max_size=300))
def test_retries_are_never_more_than_a_fifth_of_first_requests(requests: list[tuple[bytes | None, bool]]) -> None:
    budget, first, retries = RetryBudget(), 0, 0
    for retry_count, fails in requests:
        budget.earn(retry_count)
        first += retry_count in (None, b"0")
        retries += fails and budget.spend()
        assert retries <= 0.2 * first + 1e-9
        assert budget.balance <= MOST


def test_what_goes_elsewhere_after_a_death_is_taken_from_the_clients_retries() -> None:
    budget = RetryBudget()
    for _ in range(7):
        budget.earn(None)
    assert budget.spend_on_death()
    assert not budget.spend()


def test_a_quiet_gateway_repeats_after_some_deaths_in_advance_and_nobody_else_does_until_they_are_earned() -> None:
    budget = RetryBudget()
    advance = int(ADVANCE)
    assert [budget.spend_on_death() for _ in range(advance + 2)] == [True] * advance + [False] * 2
    for _ in range(int(advance / EARNED)):
        budget.earn(None)
    assert not budget.spend()
    for _ in range(int(1 / EARNED) + 1):
        budget.earn(None)
    assert budget.spend()


@given(st.lists(st.sampled_from(["served", "own", "client", "both"]), max_size=400))
def test_whoever_repeats_model_servers_see_a_fifth_more_than_calls_and_the_advance(fates: list[str]) -> None:
    """Each call ends well, or fails until nobody repeats it: the gateway once a request, the SDK twice."""
    budget, hits = RetryBudget(), 0
    for calls, fate in enumerate(fates, 1):
        for attempt in (None, b"1", b"2"):
            budget.earn(attempt)
            hits += 1
            hits += fate in ("own", "both") and budget.spend_on_death()
            if fate not in ("client", "both") or not budget.spend():
                break
        assert hits <= 1.2 * calls + ADVANCE + 1e-9
        assert -ADVANCE <= budget.balance <= MOST


def test_a_completion_becomes_the_small_contract() -> None:
    status, body = as_generated(AnswerHead(200), completion("héllo", 3, 5))
    assert (status, json.loads(body)) == (200, {"generated_text": "héllo", "tokens_generated": 5})


def test_a_model_servers_error_stays_what_it_is() -> None:
    assert as_generated(AnswerHead(400), b"{}") == (400, b"{}")


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"\xff", b'{"choices":[],"usage":{"completion_tokens":1}}', b'{"choices":[{"text":"x"}]}']
)
def test_an_answer_that_is_no_completion_is_the_model_servers_failure(body: bytes) -> None:
    with pytest.raises(UpstreamMalformed):
        as_generated(AnswerHead(200), body)
