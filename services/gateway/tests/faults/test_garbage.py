"""Connections and requests leave nothing for the garbage collector: its pauses would be every client's."""

import asyncio
import gc
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from faults.backend import Fleet
from faults.client import Client, ask
from faults.gateway import write_upstreams
from headway_gateway.metrics import Metrics
from headway_gateway.server import listen, serve
from headway_gateway.settings import read_settings

ASKED = ("k=3", "k=0", "script=dies_inside", "script=dies_politely", "script=garbage")
ROUNDS = 5


@asynccontextmanager
async def served_here(folder: Path, url: str) -> AsyncIterator[int]:
    """A gateway in this process; yields its port."""
    settings = read_settings(write_upstreams(folder, [("tiny", [url])]), True)
    settings = settings.model_copy(update={"ejection_failures": 10**6})
    sock, started = listen("127.0.0.1", 0), asyncio.Event()
    serving = asyncio.create_task(serve(settings, sock, None, Metrics(CollectorRegistry()), started.set))
    await asyncio.wait_for(started.wait(), 10)
    try:
        yield sock.getsockname()[1]
    finally:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


@pytest.fixture
def uncollected() -> Iterator[None]:
    """The collector stands still, and is afterwards what it was."""
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)
    gc.enable()


def ours() -> Counter[str]:
    """How many objects of the gateway's own classes there are."""
    return Counter(
        type(each).__name__ for each in gc.get_objects() if type(each).__module__.startswith("headway_gateway.")
    )


@pytest.mark.asyncio
@pytest.mark.usefixtures("uncollected")
async def test_nothing_is_left_to_collect(servers: Fleet, tmp_path: Path) -> None:
    async with served_here(tmp_path, servers.servers[0].url) as port:
        gc.disable()
        before = ours()
        for _ in range(ROUNDS):
            for words in ASKED:
                await ask(port, words)
            leaving = await Client.connect(port)
            leaving.send(b"POST /v1/chat/completions HTTP/1.1\r\nhost: g\r\n")
            leaving.reset()
        await asyncio.sleep(0.5)
        more = ours() - before
    assert {name: count for name, count in more.items() if count >= ROUNDS} == {}
