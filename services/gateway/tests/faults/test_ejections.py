"""F3, F7: what ejects a replica, and what a replica that works may do without being ejected."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.backend import Fleet, fleet
from faults.client import Answer, Client, ask, chat, post
from faults.gateway import GatewayProcess, eventually, gateway

pytestmark = pytest.mark.asyncio
FIRST_BYTE_SECONDS = 0.5
UNSTREAMED_SECONDS = 3.0
EJECTION_FAILURES = 2


@pytest.fixture(scope="module")
def server() -> Iterator[Fleet]:
    with fleet() as running:
        running.add("only")
        yield running


@pytest.fixture
def waiting(server: Fleet, tmp_path: Path) -> Iterator[GatewayProcess]:
    with gateway(
        tmp_path,
        [("tiny", [server.servers[0].url])],
        first_byte_timeout_seconds=FIRST_BYTE_SECONDS,
        unstreamed_first_byte_timeout_seconds=UNSTREAMED_SECONDS,
        ejection_failures=EJECTION_FAILURES,
        ejection_seconds=60,
    ) as running:
        yield running


async def test_an_answer_takes_longer_than_the_first_byte_of_a_stream_may(waiting: GatewayProcess) -> None:
    whole, streamed = await asyncio.gather(
        ask(waiting.port, "wait_ms=1500", stream=False), ask(waiting.port, "wait_ms=1500")
    )
    assert whole.served
    assert streamed.code == "upstream_timeout"


async def late_ones(running: GatewayProcess, servers: Fleet, nonce: str) -> list["asyncio.Task[Answer]"]:
    """As many as eject a replica, all at the model server, which never answers them."""
    asking = [
        asyncio.create_task(ask(running.port, f"script=hangs nonce={nonce}", stream=False))
        for _ in range(EJECTION_FAILURES)
    ]
    await eventually(lambda: servers.hits[nonce] == EJECTION_FAILURES, 3, "the requests' arrival")
    return asking


async def test_late_answers_do_not_eject_a_replica_that_answers_others_meanwhile(
    waiting: GatewayProcess, server: Fleet
) -> None:
    late = await late_ones(waiting, server, "beside")
    assert (await ask(waiting.port, "k=1")).served
    assert {answer.code for answer in await asyncio.gather(*late)} == {"upstream_timeout"}
    assert waiting.metric("headway_gateway_ejections_total") == 0
    assert (await ask(waiting.port, "k=1")).served


async def test_late_answers_eject_a_replica_that_answers_nobody(waiting: GatewayProcess, server: Fleet) -> None:
    assert (await ask(waiting.port, "k=1")).served, "what it answered before does not count"
    late = await late_ones(waiting, server, "nobody")
    assert {answer.code for answer in await asyncio.gather(*late)} == {"upstream_timeout"}
    assert waiting.metric("headway_gateway_ejections_total") == 1
    assert (await ask(waiting.port, "k=1")).code == "no_replica"


async def test_answers_cut_by_their_own_bound_before_a_byte_eject_a_replica_that_answers_nobody(
    server: Fleet, tmp_path: Path
) -> None:
    url = server.servers[0].url
    bound: dict[str, object] = {"total_timeout_seconds": 1.0, "first_byte_timeout_seconds": 1.0}
    with gateway(tmp_path, [("tiny", [url])], **bound, ejection_failures=2, ejection_seconds=60) as running:
        late = await late_ones(running, server, "bounded")
        assert {answer.status for answer in await asyncio.gather(*late)} == {504}
        assert (await ask(running.port, "k=1")).code == "no_replica"


async def test_a_stream_from_before_the_ejection_that_ends_well_does_not_end_it(
    waiting: GatewayProcess, server: Fleet
) -> None:
    older = asyncio.create_task(ask(waiting.port, "k=40 gap_ms=50 nonce=older"))
    await eventually(lambda: server.hits["older"], 3, "the stream's arrival")
    for _ in range(EJECTION_FAILURES):
        assert (await ask(waiting.port, "script=dies_silent")).status == 502
    assert waiting.metric("headway_gateway_ejections_total") == 1
    assert not older.done()
    assert (await older).served
    assert (await ask(waiting.port, "k=1")).code == "no_replica"


PAUSE_SECONDS = 0.5


@pytest.fixture
def ejected(server: Fleet, tmp_path: Path) -> Iterator[GatewayProcess]:
    """A gateway whose one replica has just been ejected."""
    with gateway(
        tmp_path, [("tiny", [server.servers[0].url])], ejection_failures=1, ejection_seconds=PAUSE_SECONDS
    ) as running:
        assert asyncio.run(ask(running.port, "script=dies_silent")).status == 502
        yield running


async def test_others_are_served_as_soon_as_the_stream_of_a_try_begins(ejected: GatewayProcess) -> None:
    await asyncio.sleep(PAUSE_SECONDS)
    trying = await Client.connect(ejected.port)
    trying.send(post(chat("k=60 gap_ms=50")))
    await trying.until(b"word0")
    assert (await ask(ejected.port, "k=1")).served
    await eventually(lambda: ejected.metric("headway_gateway_ready_replicas", model="tiny") == 1, 1)
    assert b"[DONE]" not in trying.seen
    assert (await trying.answer()).served


async def test_a_try_whose_answer_takes_long_keeps_the_next_away_for_one_pause(
    ejected: GatewayProcess, server: Fleet
) -> None:
    await asyncio.sleep(PAUSE_SECONDS)
    slow = asyncio.create_task(ask(ejected.port, "wait_ms=2500 nonce=slow", stream=False))
    await eventually(lambda: server.hits["slow"], 3, "the try's arrival")
    assert (await ask(ejected.port, "k=1")).code == "no_replica"
    await asyncio.sleep(PAUSE_SECONDS)
    assert (await ask(ejected.port, "k=1")).served
    assert not slow.done()
    assert (await slow).served
