"""The launcher's socket with several server processes of one engine."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from headway_model_server.messages import Drain, InWork, ToEngine, encoded
from headway_model_server.supervision.control import Control

BOUND_SECONDS = 5.0


class ServerProcess:
    """What one server process of the engine does on its end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def told_to_drain(self) -> None:
        async with asyncio.timeout(BOUND_SECONDS):
            while not isinstance(msgspec.json.decode(await self._reader.readline(), type=ToEngine), Drain):
                pass

    def reports(self, requests: int) -> None:
        self._writer.write(encoded(InWork(requests)))

    def dies(self) -> None:
        self._writer.close()


class Engine:
    """A control socket and those who connect to it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.control = Control("vllm:generation_tokens_total", lambda _: None)

    async def open(self) -> None:
        await self.control.open(self._path)

    async def process(self) -> ServerProcess:
        reader, writer = await asyncio.open_unix_connection(str(self._path))
        await reader.readline()
        return ServerProcess(reader, writer)

    def draining(self) -> asyncio.Task[None]:
        return asyncio.create_task(self.control.drained())


@pytest_asyncio.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    engine = Engine(tmp_path / "control")
    await engine.open()
    yield engine
    engine.control.close()


async def done_within(task: asyncio.Task[None], seconds: float) -> bool:
    await asyncio.wait({task}, timeout=seconds)
    return task.done()


@pytest.mark.asyncio
async def test_the_drain_is_over_when_the_last_process_is_idle(engine: Engine) -> None:
    first, second = await engine.process(), await engine.process()
    drained = engine.draining()
    await first.told_to_drain()
    await second.told_to_drain()
    first.reports(0)
    second.reports(2)
    assert not await done_within(drained, 0.1)
    second.reports(0)
    assert await done_within(drained, BOUND_SECONDS)


@pytest.mark.asyncio
async def test_a_process_that_died_holds_nothing_up(engine: Engine) -> None:
    process = await engine.process()
    drained = engine.draining()
    await process.told_to_drain()
    process.reports(3)
    process.dies()
    assert await done_within(drained, BOUND_SECONDS)


@pytest.mark.asyncio
async def test_a_process_that_connects_late_is_told_to_drain(engine: Engine) -> None:
    early = await engine.process()
    engine.draining()
    await early.told_to_drain()
    late = await engine.process()
    await late.told_to_drain()


@pytest.mark.asyncio
async def test_an_engine_that_never_connected_has_nothing_in_work(engine: Engine) -> None:
    assert await done_within(engine.draining(), BOUND_SECONDS)
