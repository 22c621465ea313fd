"""moto's real S3 server on loopback, and in front of it a proxy that fails as S3 and networks do."""

import asyncio
import contextlib
import itertools
import logging
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

REGION = "eu-central-1"
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION}
READ_SECONDS = 30

STORED_NOT_SAID = ("stored, then reset", "stored, then silent", "stored, then 500", "stored, torn reply", "stored late")
NOT_STORED = ("500", "503", "409", "412", "reset", "silent", "torn request")
FAULTS = NOT_STORED + STORED_NOT_SAID
KILLED = "stored, then killed"
"""What asked for the write is ended between the write and its reply (S3)."""
LATE_SECONDS = 0.6

_CODES = {"500": "InternalError", "503": "SlowDown", "409": "ConditionalRequestConflict", "412": "PreconditionFailed"}


@dataclass
class Request:
    """One request as the proxy read it."""

    method: str
    path: str
    headers: dict[str, str]


Script = Callable[[Request], str | None]
"""Names the fault for a request; None lets it pass."""


def no_fault(_: Request) -> str | None:
    return None


def one_in_five(seed: int, faults: tuple[str, ...] = FAULTS) -> Script:
    """A fault for 20 % of all requests."""
    chance = random.Random(seed)  # noqa: S311  repeatable, hides nothing
    return lambda _: chance.choice(faults) if chance.random() < 0.2 else None


def first(count: int, fault: str, method: str) -> Script:
    """The fault for the first `count` requests of that method."""
    left = itertools.count()
    return lambda request: fault if request.method == method and next(left) < count else None


class FaultyProxy:
    """HTTP/1.1 in front of one server, a connection a request; `script` decides what becomes of each request."""

    def __init__(self, upstream: tuple[str, int]) -> None:
        self.script: Script = no_fault
        self.requests: list[Request] = []
        self.faults: Counter[str] = Counter()
        self.kill: Callable[[], None] = lambda: None
        self._upstream = upstream
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        # moto looks for the key and then writes it, with no lock between; S3 does both as one.
        self._writes = asyncio.Lock()
        self._late: set[asyncio.Task[bytes]] = set()

    @contextmanager
    def running(self) -> Iterator[str]:
        """Serve on a free port of loopback; yields the endpoint."""
        self._thread.start()
        server = self._call(asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1024))
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            self._call(self._stop(server))
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(READ_SECONDS)

    def count(self, method: str, fragment: str = "") -> int:
        return sum(1 for request in self.requests if request.method == method and fragment in request.path)

    def _call(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(READ_SECONDS)

    async def _stop(self, server: asyncio.Server) -> None:
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await asyncio.wait_for(self._answer(reader, writer), READ_SECONDS)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        request = _parse(head)
        length = int(request.headers.get("content-length", 0))
        self.requests.append(request)
        fault = self.script(request)
        if fault is not None:
            self.faults[fault] += 1
        if fault == "torn request":
            await reader.readexactly(length // 2)
            _reset(writer)
        else:
            message = head + await reader.readexactly(length)
            await self._reply(fault, message, reader, writer)

    async def _reply(
        self, fault: str | None, message: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        match fault:
            case None:
                writer.write(await self._forward(message))
            case "500" | "503" | "409" | "412":
                writer.write(_error(fault))
            case "reset":
                _reset(writer)
            case "silent":
                await reader.read()  # until the client leaves
            case "stored late":
                late = asyncio.create_task(self._forward(message, LATE_SECONDS))
                self._late.add(late)
                late.add_done_callback(self._late.discard)
                await reader.read()
            case "stored, then reset":
                await self._forward(message)
                _reset(writer)
            case "stored, then killed":
                await self._forward(message)
                self.kill()
                await reader.read()
            case "stored, then silent":
                await self._forward(message)
                await reader.read()
            case "stored, then 500":
                await self._forward(message)
                writer.write(_error("500"))
            case "stored, torn reply":
                reply = await self._forward(message)
                writer.write(reply[: len(reply) // 2])
                await writer.drain()
                _reset(writer)
            case _:
                raise AssertionError(fault)
        await writer.drain()

    async def _forward(self, message: bytes, after_seconds: float = 0) -> bytes:
        await asyncio.sleep(after_seconds)
        async with self._writes if message.startswith(b"PUT ") else contextlib.nullcontext():
            return await self._exchange(message)

    async def _exchange(self, message: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(*self._upstream)
        try:
            writer.write(message)
            return await asyncio.wait_for(reader.read(), READ_SECONDS)
        finally:
            writer.close()


def _parse(head: bytes) -> Request:
    first_line, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first_line.split(" ", 2)
    fields = (line.split(":", 1) for line in lines if line)
    return Request(method, path, {name.lower(): value.strip() for name, value in fields})


def _error(status: str) -> bytes:
    body = f"<?xml version='1.0'?><Error><Code>{_CODES[status]}</Code><Message>injected</Message></Error>".encode()
    head = f"HTTP/1.1 {status} Injected\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"Connection: close\r\n\r\n" + body


def _reset(writer: asyncio.StreamWriter) -> None:
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@dataclass
class S3:
    """One bucket, versioned so that no second write of a key can hide, on moto's server behind the proxy."""

    bucket: str
    endpoint: str
    proxy: FaultyProxy
    client: Any = field(repr=False)

    def seed(self, objects: dict[str, bytes]) -> None:
        """Put many objects at once, straight into moto."""
        backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
        for key, body in objects.items():
            backend.put_object(self.bucket, key, body)

    def peek(self, key: str) -> bytes | None:
        """What the bucket holds at this moment, straight from moto."""
        found = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].get_object(self.bucket, key)
        return None if found is None else bytes(found.value)

    def versions(self, prefix: str) -> Counter[str]:
        """How many versions each key has."""
        pages = self.client.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=prefix)
        return Counter(version["Key"] for page in pages for version in page.get("Versions", ()))

    def body(self, key: str) -> bytes:
        return bytes(self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read())


@contextmanager
def moto() -> Iterator[tuple[str, int]]:
    """moto's server on a free port."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        yield server.get_host_and_port()
    finally:
        server.stop()


_numbers = itertools.count(1)


@contextmanager
def bucket(server: tuple[str, int]) -> Iterator[S3]:
    """A bucket of its own behind a proxy of its own."""
    name = f"responses-{next(_numbers)}"
    url = f"http://{server[0]}:{server[1]}"
    client = boto3.client("s3", endpoint_url=url, region_name=REGION)
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    proxy = FaultyProxy(server)
    with proxy.running() as endpoint:
        yield S3(name, endpoint, proxy, client)
