"""F3: a model server that says nothing, or nothing more."""

import asyncio
import signal
import statistics

import pytest

from faults.backend import Fleet
from faults.client import ask
from faults.conftest import FIRST_BYTE_SECONDS, IDLE_SECONDS
from faults.gateway import GatewayProcess, eventually

pytestmark = pytest.mark.asyncio
LATE_SECONDS = 1.0


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
async def test_silence_before_the_first_byte_is_an_error_in_time(
    patient: GatewayProcess, servers: Fleet, stream: bool
) -> None:
    answer = await ask(patient.port, f"script=hangs nonce=silent-{stream}", stream=stream)
    assert answer.clean_error
    assert answer.code == "upstream_timeout"
    assert FIRST_BYTE_SECONDS <= answer.seconds < FIRST_BYTE_SECONDS + LATE_SECONDS
    await eventually(lambda: servers.of(f"silent-{stream}")[0].closed_at, 1, "the end of the upstream connection")


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
async def test_silence_inside_an_answer_is_an_error_in_time(
    patient: GatewayProcess, servers: Fleet, stream: bool
) -> None:
    answer = await ask(patient.port, f"script=stalls k=2 nonce=stalled-{stream}", stream=stream)
    assert answer.clean_error
    assert answer.code == "upstream_timeout"
    assert answer.text == ("word0 word1 " if stream else "")
    assert answer.seconds < IDLE_SECONDS + LATE_SECONDS
    assert servers.hits[f"stalled-{stream}"] == 1


async def test_a_silent_stream_is_kept_alive_by_comments(patient: GatewayProcess) -> None:
    answer = await ask(patient.port, "k=2 wait_ms=1200")
    assert answer.served
    assert answer.comments >= 1
    assert answer.text == "word0 word1 "


async def test_a_gateway_that_was_held_up_calls_nobody_late_before_it_has_read_what_came(
    patient: GatewayProcess,
) -> None:
    """As when its machine gives it no processor for longer than a stream may be silent."""
    asking = [asyncio.create_task(ask(patient.port, "k=40 gap_ms=100", model="tiny")) for _ in range(10)]
    await eventually(lambda: patient.metric("headway_gateway_requests_in_flight", model="tiny") == 10, 3)
    await asyncio.sleep(0.5)
    patient.process.send_signal(signal.SIGSTOP)
    try:
        await asyncio.sleep(2 * IDLE_SECONDS)
    finally:
        patient.process.send_signal(signal.SIGCONT)
    assert [answer.code for answer in await asyncio.gather(*asking) if not answer.served] == []


async def test_requests_to_other_model_servers_do_not_notice(patient: GatewayProcess) -> None:
    stalled = [asyncio.create_task(ask(patient.port, "script=hangs", model="tiny")) for _ in range(20)]
    await eventually(lambda: patient.metric("headway_gateway_requests_in_flight", model="tiny") == 20, 3)
    answers = [await ask(patient.port, "k=2", model="pair") for _ in range(30)]
    assert all(answer.served for answer in answers)
    assert statistics.median(answer.seconds for answer in answers) < 0.1
    assert {answer.code for answer in await asyncio.gather(*stalled)} == {"upstream_timeout"}
