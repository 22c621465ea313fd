"""F11: statuses that are rare, or none, and refusals that come when the stream is open."""

import pytest

from faults.client import ask
from faults.gateway import GatewayProcess

pytestmark = pytest.mark.asyncio
FAILURES = "headway_gateway_errors_total"


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("status", [299, 430, 499])
async def test_a_status_without_a_name_goes_on(patient: GatewayProcess, status: int, stream: bool) -> None:
    answer = await ask(patient.port, f"script=busy status={status}", stream=stream)
    assert (answer.status, answer.code, answer.whole) == (status, str(status), True)


@pytest.mark.parametrize(
    ("status", "code"), [("999", "upstream_failed"), ("000", "upstream_malformed"), ("099", "upstream_malformed"),
                         ("101", "upstream_malformed"), ("1000", "upstream_malformed"), ("20", "upstream_malformed")]
)  # fmt: skip
async def test_what_is_no_status_is_one_clean_error(patient: GatewayProcess, status: str, code: str) -> None:
    answer = await ask(patient.port, f"script=busy status={status}")
    assert (answer.status, answer.code) == (502, code)
    assert answer.clean_error


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
async def test_a_head_before_the_answers_is_not_the_answer(patient: GatewayProcess, stream: bool) -> None:
    assert (await ask(patient.port, "script=hints", stream=stream)).served


@pytest.mark.parametrize("status", [400, 429, 503])
async def test_a_refusal_inside_an_open_stream_is_told_and_counted(patient: GatewayProcess, status: int) -> None:
    before = patient.metric(FAILURES, model="tiny", code="upstream_refused")
    answer = await ask(patient.port, f"script=busy status={status} wait_ms=1000")
    assert (answer.status, answer.code, answer.comments >= 1) == (200, str(status), True)
    assert answer.clean_error
    assert patient.metric(FAILURES, model="tiny", code="upstream_refused") == before + 1
