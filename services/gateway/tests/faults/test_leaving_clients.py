"""F4: a client that leaves frees its model server within a second, in every phase."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from faults.backend import Fleet, Visit
from faults.client import Client, chat, post
from faults.gateway import GatewayProcess, eventually

pytestmark = pytest.mark.asyncio
FREED_SECONDS = 1.0


async def visited(servers: Fleet, nonce: str) -> Visit:
    await eventually(lambda: servers.of(nonce), 3, "the request's arrival")
    return servers.of(nonce)[0]


async def freed(visit: Visit) -> float:
    return await eventually(lambda: visit.closed_at is not None, 5, "the end of the upstream connection")


@pytest_asyncio.fixture
async def client(patient: GatewayProcess) -> AsyncIterator[Client]:
    connected = await Client.connect(patient.port)
    yield connected
    connected.reset()


@pytest.mark.parametrize("reset", [True, False], ids=["reset", "fin"])
@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
async def test_leaving_before_the_first_token_frees_the_model_server(
    client: Client, servers: Fleet, stream: bool, reset: bool
) -> None:
    nonce = f"before-{stream}-{reset}"
    client.send(post(chat(f"script=hangs nonce={nonce}", stream=stream)))
    await client.writer.drain()
    visit = await visited(servers, nonce)
    client.reset() if reset else client.close()
    assert await freed(visit) <= FREED_SECONDS


@pytest.mark.parametrize("reset", [True, False], ids=["reset", "fin"])
async def test_leaving_in_the_middle_of_a_stream_frees_the_model_server(
    client: Client, servers: Fleet, reset: bool
) -> None:
    client.send(post(chat(f"k=100000 gap_ms=5 nonce=middle-{reset}")))
    await client.until(b"word3")
    visit = await visited(servers, f"middle-{reset}")
    client.reset() if reset else client.close()
    assert await freed(visit) <= FREED_SECONDS


async def test_leaving_in_the_middle_of_an_answer_frees_the_model_server(client: Client, servers: Fleet) -> None:
    client.send(post(chat("script=stalls nonce=answer", stream=False)))
    await client.writer.drain()
    visit = await visited(servers, "answer")
    client.reset()
    assert await freed(visit) <= FREED_SECONDS


async def test_leaving_while_the_stream_cannot_be_written_frees_the_model_server(
    client: Client, servers: Fleet
) -> None:
    client.send(post(chat("script=floods mb=64 nonce=unread")))
    await client.until(b"data: ")
    client.writer.transport.pause_reading()  # type: ignore[attr-defined]
    visit = await visited(servers, "unread")
    client.reset()
    assert await freed(visit) <= FREED_SECONDS


async def test_leaving_while_held_gives_the_place_back(patient: GatewayProcess, client: Client) -> None:
    client.send(post(chat("nonce=held", model="asleep")))
    await client.writer.drain()
    await eventually(lambda: patient.metric("headway_gateway_requests_held", model="asleep") == 1, 3)
    client.reset()
    assert (
        await eventually(lambda: patient.metric("headway_gateway_requests_held", model="asleep") == 0, 5)
        <= FREED_SECONDS
    )
    assert patient.metric("headway_gateway_requests_in_flight", model="asleep") == 0


async def test_who_left_is_counted_as_such(patient: GatewayProcess, client: Client, servers: Fleet) -> None:
    before = patient.metric("headway_gateway_requests_total", model="tiny", status="499")
    client.send(post(chat("script=hangs nonce=counted-499")))
    await client.writer.drain()
    await visited(servers, "counted-499")
    client.reset()
    await eventually(
        lambda: patient.metric("headway_gateway_requests_total", model="tiny", status="499") == before + 1, 3
    )
    assert patient.metric("headway_gateway_requests_total", model="tiny", status="499") == before + 1
