"""F1, F2: a model server dies before the first byte, and in the middle of an answer."""

import pytest

from faults.backend import Fleet
from faults.client import Client, ask, chat, post
from faults.gateway import GatewayProcess, eventually

pytestmark = pytest.mark.asyncio
BEFORE_FIRST_BYTE = ["dies_silent", "dies_politely", "dies_after_head"]


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("script", BEFORE_FIRST_BYTE)
async def test_a_death_before_the_first_byte_is_retried_on_another_replica_and_never_seen(
    patient: GatewayProcess, servers: Fleet, script: str, stream: bool
) -> None:
    nonce = f"once-{script}-{stream}"
    answer = await ask(patient.port, f"script={script} dies=1 nonce={nonce}", model="pair", stream=stream)
    assert answer.served, answer
    visits = servers.of(nonce)
    assert len(visits) == 2
    assert visits[0].server != visits[1].server


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
async def test_a_second_death_is_told_and_not_retried_again(
    patient: GatewayProcess, servers: Fleet, stream: bool
) -> None:
    nonce = f"always-{stream}"
    answer = await ask(patient.port, f"script=dies_silent nonce={nonce}", model="pair", stream=stream)
    assert (answer.status, answer.code) == (502, "upstream_failed")
    assert answer.clean_error
    assert servers.hits[nonce] == 2


async def test_retries_are_counted(patient: GatewayProcess) -> None:
    before = patient.metric("headway_gateway_retries_total", model="pair")
    await ask(patient.port, "script=dies_silent dies=1 nonce=counted", model="pair")
    assert patient.metric("headway_gateway_retries_total", model="pair") == before + 1


@pytest.mark.parametrize("fin", [0, 1], ids=["reset", "fin"])
@pytest.mark.parametrize("script", ["dies_between", "dies_inside", "blank_lines", "bad_chunk"])
async def test_a_death_mid_stream_ends_with_whole_events_and_an_error_event(
    patient: GatewayProcess, servers: Fleet, script: str, fin: int
) -> None:
    nonce = f"{script}-{fin}"
    answer = await ask(patient.port, f"script={script} k=3 fin={fin} nonce={nonce}", model="pair")
    assert answer.status == 200
    assert answer.clean_error, answer.body
    assert answer.code in ("upstream_failed", "upstream_malformed")
    assert answer.text == {"dies_between": "word0 word1 word2 ", "dies_inside": "word0 word1 word2 "}.get(script, "a")
    assert servers.hits[nonce] == 1, "tokens were asked for a second time"


@pytest.mark.parametrize("script", ["dies_behind_done", "stalls_behind_done"])
async def test_what_fails_behind_the_last_event_is_no_failure_of_the_answer(
    patient: GatewayProcess, script: str
) -> None:
    before = patient.metric("headway_gateway_broken_streams_total", model="pair")
    answer = await ask(patient.port, f"script={script}", model="pair")
    assert answer.served, answer.body
    assert answer.text == "a"
    assert patient.metric("headway_gateway_broken_streams_total", model="pair") == before


async def test_a_client_that_goes_at_the_last_event_has_been_served(patient: GatewayProcess) -> None:
    """As the official client does, without waiting for the end of the last chunk."""
    statuses = {"200": 1, "499": 0}
    before = {status: patient.metric("headway_gateway_requests_total", status=status) for status in statuses}
    client = await Client.connect(patient.port)
    client.send(post(chat("script=stalls_behind_done")))
    await client.until(b"[DONE]")
    client.reset()
    await eventually(lambda: patient.metric("headway_gateway_requests_in_flight", model="tiny") == 0, 2)
    for status, more in statuses.items():
        assert patient.metric("headway_gateway_requests_total", status=status) == before[status] + more


async def test_an_answer_that_dies_halfway_becomes_an_error_with_a_status(
    patient: GatewayProcess, servers: Fleet
) -> None:
    answer = await ask(patient.port, "script=dies_between nonce=half", model="pair", stream=False)
    assert (answer.status, answer.code) == (502, "upstream_failed")
    assert servers.hits["half"] == 1


async def test_broken_streams_are_counted_and_nothing_stays_in_flight(patient: GatewayProcess) -> None:
    before = patient.metric("headway_gateway_broken_streams_total", model="tiny")
    for _ in range(3):
        await ask(patient.port, "script=dies_inside k=2")
    assert patient.metric("headway_gateway_broken_streams_total", model="tiny") == before + 3
    await eventually(lambda: patient.metric("headway_gateway_requests_in_flight") == 0, 2)
