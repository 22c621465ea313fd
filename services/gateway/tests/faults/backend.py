"""Scripted model servers: raw sockets on a loop in a thread, so that they can do what no HTTP library would.

What a server does with a request is written in the request: the last message's text holds `key=value` words, and
`script=NAME` names a function of `faults.scripts`. Every request is kept as a `Visit`, every connection is counted, and
the moment at which the gateway closes one is known.
"""

import asyncio
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

START_SECONDS = 10.0


@dataclass(eq=False)
class Visit:
    """One request that a model server got."""

    server: str
    head: bytes
    body: bytes
    words: dict[str, str]
    connection: "Connection"
    at: float = field(default_factory=time.monotonic)
    sent: int = 0
    """Bytes handed to the socket."""

    @property
    def nonce(self) -> str:
        return self.words.get("nonce", "")

    @property
    def streamed(self) -> bool:
        return bool(json.loads(self.body or b"{}").get("stream"))

    @property
    def closed_at(self) -> float | None:
        """When its connection closed."""
        return self.connection.closed_at

    @property
    def taken(self) -> int:
        """Bytes that left this process."""
        return self.sent - self.connection.unsent


class Connection(asyncio.Protocol):
    """A connection from the gateway; requests come one at a time."""

    def __init__(self, server: "Backend") -> None:
        self.closed_at: float | None = None
        self.writable = asyncio.Event()
        self.writable.set()
        self._server = server
        self._buffer = b""
        self._task: asyncio.Task[None] | None = None

    @property
    def unsent(self) -> int:
        return 0 if self.closed_at is not None else self.transport.get_write_buffer_size()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        self._server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  the same for every reason
        self.closed_at = time.monotonic()
        self._server.connections.discard(self)
        self.writable.set()
        if self._task is not None:
            self._task.cancel()

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        length = _length(head)
        if len(rest) < length:
            return
        body, self._buffer = rest[:length], rest[length:]
        visit = Visit(self._server.name, head, body, words(body), self)
        self._server.fleet.saw(visit)
        self._task = asyncio.get_running_loop().create_task(self._server.fleet.play(visit))


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


def words(body: bytes) -> dict[str, str]:
    """The `key=value` words of a request's last text."""
    request = json.loads(body) if body else {}
    messages = request.get("messages")
    text = messages[-1]["content"] if messages else request.get("prompt", "")
    return dict(word.split("=", 1) for word in str(text).split() if "=" in word)


class Backend:
    """One model server's listening socket."""

    def __init__(self, fleet: "Fleet", name: str) -> None:
        self.fleet = fleet
        self.name = name
        self.connections: set[Connection] = set()
        self.port = 0
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        """Listen, at the same port as before if there was one."""
        self.fleet.call(self._up())

    async def _up(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), "127.0.0.1", self.port, backlog=4096)
        self.port = self._server.sockets[0].getsockname()[1]

    def down(self) -> None:
        """Close the port and every connection."""
        self.fleet.call(self._down())

    async def _down(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in tuple(self.connections):
            connection.transport.abort()


class Fleet:
    """Model servers that share one memory of what was asked."""

    def __init__(self) -> None:
        self.visits: list[Visit] = []
        self.hits: Counter[str] = Counter()
        """Requests by nonce."""
        self.servers: list[Backend] = []
        self.draining: set[str] = set()
        """Names of servers that refuse new work as vLLM does on its way out."""
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def call(self, coroutine: "asyncio.coroutines.Coroutine[object, object, None]") -> None:
        """Run something on the servers' loop."""
        asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(START_SECONDS)

    def add(self, name: str) -> Backend:
        """One more server, listening."""
        server = Backend(self, name)
        server.up()
        self.servers.append(server)
        return server

    def saw(self, visit: Visit) -> None:
        self.visits.append(visit)
        self.hits[visit.nonce] += 1

    async def play(self, visit: Visit) -> None:
        from faults.scripts import SCRIPTS, draining

        script = draining if visit.server in self.draining else SCRIPTS[visit.words.get("script", "whole")]
        await script(visit, self.hits[visit.nonce])

    def of(self, nonce: str) -> list[Visit]:
        """What was asked under a nonce, in order."""
        return [visit for visit in self.visits if visit.nonce == nonce]

    def close(self) -> None:
        for server in self.servers:
            server.down()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(START_SECONDS)


@contextmanager
def fleet() -> Iterator[Fleet]:
    """Model servers that end with the block."""
    servers = Fleet()
    try:
        yield servers
    finally:
        servers.close()
