"""F5: clients that ask for a stream and do not read it."""

import asyncio
import contextlib
import socket
import time

from faults.backend import Fleet
from faults.client import ask, chat, post
from faults.criterion import Criterion, at_most, none
from faults.gateway import GatewayProcess, eventually
from faults.rows.serving import resident_bytes, serving
from faults.rows.size import Size

MB = 2**20
WRITE_TIMEOUT_SECONDS = 2.0
LATE_SECONDS = 1.0
PATIENCE_SECONDS = 10.0


def unread_streams(servers: Fleet, size: Size) -> list[Criterion]:
    """Each stream would be 64 MB."""
    readers = size.share(50)
    with serving(servers, write_timeout_seconds=WRITE_TIMEOUT_SECONDS) as running:
        most, seconds, taken = asyncio.run(_unread(running, servers, readers))
    name = f"{readers} streams of 64 MB, read a byte at a time"
    return [
        at_most("F5", f"{name}: memory of the gateway, each", most / readers / MB, 1, "MB"),
        at_most("F5", f"{name}: taken from the model server, most", max(taken) / MB, 1, "MB"),
        none("F5", f"{name}: never cut", readers - len(seconds)),
        at_most("F5", f"{name}: longest until cut", max(seconds, default=0.0), WRITE_TIMEOUT_SECONDS + LATE_SECONDS),
    ]


async def _unread(running: GatewayProcess, servers: Fleet, count: int) -> tuple[int, list[float], list[int]]:
    """Memory grown at most, seconds until each that was cut was, and bytes that left the model server for each."""
    await ask(running.port, "k=1")
    before, most = resident_bytes(running), 0
    readers = [_reader(running.port, f"script=floods mb=64 nonce=unread{number}") for number in range(count)]
    try:
        await eventually(lambda: all(servers.hits[f"unread{number}"] for number in range(count)), PATIENCE_SECONDS)
        visits = [servers.of(f"unread{number}")[0] for number in range(count)]
        end = time.monotonic() + PATIENCE_SECONDS
        while any(visit.closed_at is None for visit in visits) and time.monotonic() < end:
            most = max(most, resident_bytes(running) - before)
            for reader in readers:
                with contextlib.suppress(OSError):  # cut already
                    reader.recv(1, socket.MSG_DONTWAIT)
            await asyncio.sleep(0.02)
    finally:
        for reader in readers:
            reader.close()
    cut = [visit.closed_at - visit.at for visit in visits if visit.closed_at is not None]
    return most, cut, [visit.taken for visit in visits]


def _reader(port: int, words: str) -> socket.socket:
    """A client with a small buffer that has asked and reads nothing."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", port))
    sock.sendall(post(chat(words)))
    return sock
