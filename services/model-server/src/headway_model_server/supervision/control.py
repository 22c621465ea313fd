"""The launcher's end of the socket that the engine's server processes report to."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec

from headway_model_server.messages import (
    ColdStartSeen,
    Cut,
    Drain,
    FromEngine,
    InWork,
    Ready,
    ToEngine,
    Welcome,
    encoded,
)


class Control:
    """Every server process of the engine that has connected; one that died counts no more."""

    def __init__(self, tokens_series: str, on_ready: Callable[[Ready], None]) -> None:
        self._welcome = Welcome(tokens_series=tokens_series)
        self._on_ready = on_ready
        self._cold_start = ColdStartSeen({}, {})
        self._draining = False
        self._in_work: dict[asyncio.StreamWriter, int | None] = {}
        self._changed = asyncio.Condition()
        self._server: asyncio.Server | None = None
        self._decode = msgspec.json.Decoder(FromEngine).decode

    async def open(self, path: Path) -> None:
        """Listens; the folder must be this user's alone."""
        self._server = await asyncio.start_unix_server(self._talk, str(path))

    def close(self) -> None:
        """Listens no more and hangs up."""
        if self._server is not None:
            self._server.close()
        for writer in self._in_work:
            writer.close()

    def tell_cold_start(self, seen: ColdStartSeen) -> None:
        """Passes phases on, to those connected and to those still to come."""
        self._cold_start = seen
        self._tell(seen)

    async def drained(self) -> None:
        """Refuses new work and returns once nothing is in work; at once where no server process ever connected."""
        self._draining = True
        self._tell(Drain())
        async with self._changed:
            await self._changed.wait_for(lambda: all(count == 0 for count in self._in_work.values()))

    def cut(self) -> None:
        """Ends what is still in work, each with an error."""
        self._tell(Cut())

    @property
    def in_work(self) -> int:
        """Requests in work as last reported; known only once the drain has begun."""
        return sum(count or 0 for count in self._in_work.values())

    def _tell(self, message: ToEngine) -> None:
        for writer in self._in_work:
            writer.write(encoded(message))

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._in_work[writer] = None
        writer.write(encoded(self._welcome) + encoded(self._cold_start))
        if self._draining:
            writer.write(encoded(Drain()))
        try:
            while line := await reader.readline():
                await self._take(self._decode(line), writer)
        except ConnectionError:
            pass
        finally:
            self._in_work.pop(writer, None)
            writer.close()
            await self._notify()

    async def _take(self, message: FromEngine, writer: asyncio.StreamWriter) -> None:
        match message:
            case InWork(requests=requests):
                self._in_work[writer] = requests
                await self._notify()
            case Ready():
                self._on_ready(message)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()
