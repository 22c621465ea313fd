"""F9: the gateway is told to end, told twice, killed."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from faults.backend import Fleet
from faults.client import Answer, Client, ask, chat, post
from faults.gateway import GatewayProcess, eventually, gateway
from faults.termination import streams_through_sigterm

pytestmark = pytest.mark.asyncio
STREAMS = 50
EARLY_SECONDS = 1.0


@contextmanager
def ending(folder: Path, servers: Fleet, **settings: object) -> Iterator[GatewayProcess]:
    models = [("tiny", [servers.servers[0].url])]
    with gateway(folder, models, request_burst=10_000, first_byte_timeout_seconds=30, **settings) as running:
        yield running


@pytest.mark.parametrize("workers", [1, 2])
async def test_every_open_stream_ends_whole_inside_the_grace_period(
    servers: Fleet, tmp_path: Path, workers: int
) -> None:
    with ending(tmp_path, servers, drain_seconds=10, workers=workers) as running:
        ended = await streams_through_sigterm(running, STREAMS, "k=20 gap_ms=50")
        assert ended.whole == STREAMS
        assert ended.exit_code == 0
        assert ended.unready_seconds < EARLY_SECONDS


async def open_stream(running: GatewayProcess, words: str) -> tuple[Client, "asyncio.Task[Answer]"]:
    client = await Client.connect(running.port)
    client.send(post(chat(words)))
    await client.until(b"data: ")
    return client, asyncio.create_task(client.answer())


async def test_after_the_grace_period_the_rest_end_with_an_error_event(servers: Fleet, tmp_path: Path) -> None:
    with ending(tmp_path, servers, drain_seconds=1) as running:
        _, endless = await open_stream(running, "k=100000 gap_ms=20 nonce=endless")
        running.signal(signal.SIGTERM)
        answer = await endless
        assert answer.clean_error
        assert answer.code == "draining"
        assert 0.9 < answer.seconds < 1 + EARLY_SECONDS
        assert await asyncio.to_thread(running.exit_code) == 0
        assert servers.of("endless")[0].closed_at


async def test_new_work_is_refused_while_the_old_is_finished_and_a_second_signal_ends_it(
    servers: Fleet, tmp_path: Path
) -> None:
    with ending(tmp_path, servers, drain_seconds=60) as running:
        kept = await Client.connect(running.port)
        _, endless = await open_stream(running, "k=100000 gap_ms=20")
        running.signal(signal.SIGTERM)
        assert await kept.ended(EARLY_SECONDS), "an idle connection stays open"
        refused = await ask(running.port, "k=1")
        assert (refused.status, refused.code) == (503, "draining")
        assert refused.headers["retry-after"] == "1"
        assert not endless.done()
        running.signal(signal.SIGTERM)
        answer = await endless
        assert answer.clean_error
        assert answer.code == "draining"
        assert await asyncio.to_thread(running.exit_code, 3) == 0


async def test_an_answer_that_is_still_on_its_way_to_a_slow_reader_arrives_whole(
    servers: Fleet, tmp_path: Path
) -> None:
    with ending(tmp_path, servers, drain_seconds=20) as running:
        reader = socket.socket()
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect(("127.0.0.1", running.port))
        reader.setblocking(False)
        client = Client(*await asyncio.open_connection(sock=reader, limit=1024))
        client.send(post(chat("script=big_chunk nonce=big", stream=False)))
        await client.until(b"yyy")
        await eventually(lambda: running.metric("headway_gateway_requests_in_flight") == 0, 3)
        running.signal(signal.SIGTERM)
        await asyncio.sleep(0.3)
        assert (await client.answer()).served
        assert await asyncio.to_thread(running.exit_code) == 0


@pytest.mark.parametrize("workers", [1, 2])
async def test_a_kill_leaves_no_process_and_no_port(servers: Fleet, tmp_path: Path, workers: int) -> None:
    with ending(tmp_path, servers, drain_seconds=60, workers=workers) as running:
        _, endless = await open_stream(running, f"k=100000 gap_ms=20 nonce=killed{workers}")
        children = running.system.children(recursive=True)
        assert len(children) == (workers if workers > 1 else 0)
        running.signal(signal.SIGKILL)
        await asyncio.to_thread(running.exit_code)
        answer = await endless
        assert not answer.served
        assert workers == 1 or answer.clean_error
        await eventually(lambda: not any(_lives(child) for child in children), 3, "the end of the workers")
        await eventually(lambda: servers.of(f"killed{workers}")[0].closed_at, 1)
        for port in (running.port, running.admin_port):
            with socket.socket() as again:
                again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                again.bind(("127.0.0.1", port))


def _lives(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
