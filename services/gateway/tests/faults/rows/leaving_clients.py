"""F4: clients that leave, in every phase of an answer."""

import asyncio
import math
from collections.abc import Awaitable, Callable

from faults.backend import Fleet
from faults.client import Client, chat, post
from faults.criterion import Criterion, at_most, none
from faults.gateway import GatewayProcess, eventually
from faults.mix import PATIENCE_SECONDS, freed
from faults.rows.serving import serving
from faults.rows.size import Size

FREED_SECONDS = 1.0
AT_ONCE = 8


async def _unread(client: Client) -> None:
    await client.until(b"data: ")
    client.writer.transport.pause_reading()  # type: ignore[attr-defined]


async def _begun(client: Client) -> None:
    await client.until(b"word3")


async def _asked(client: Client) -> None:
    await client.writer.drain()


PHASES: dict[str, tuple[str, bool, Callable[[Client], Awaitable[None]]]] = {
    "before the first token of a stream": ("script=hangs", True, _asked),
    "before a whole answer": ("script=hangs", False, _asked),
    "in the middle of a stream": ("k=100000 gap_ms=5", True, _begun),
    "in the middle of a whole answer": ("script=stalls", False, _asked),
    "without having read": ("script=floods mb=64", True, _unread),
}
"""What is asked, whether streamed, and what is waited for before the client leaves."""


def leaving_clients(servers: Fleet, size: Size) -> list[Criterion]:
    """Half of them leave by a reset, half by a proper end."""
    criteria, clients = [], size.share(200)
    with serving(servers, first_byte_timeout_seconds=60, idle_timeout_seconds=60) as running:
        for phase in PHASES:
            seconds = asyncio.run(_leave(running, servers, phase, clients))
            busy = sum(each == math.inf for each in seconds)
            longest = max((each for each in seconds if each < math.inf), default=0.0)
            name = f"{clients} clients leave {phase}"
            criteria += [
                none("F4", f"{name}: model server still busy after {PATIENCE_SECONDS:g} s", busy),
                at_most("F4", f"{name}: longest until it is free", longest, FREED_SECONDS),
            ]
    return criteria


async def _leave(running: GatewayProcess, servers: Fleet, phase: str, clients: int) -> list[float]:
    """Seconds from each leaving to the end of its upstream connection; infinite where it never came."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> float:
        async with turn:
            return await _left(running.port, servers, phase, number)

    return await asyncio.gather(*(one(number) for number in range(clients)))


async def _left(port: int, servers: Fleet, phase: str, number: int) -> float:
    words, stream, wait = PHASES[phase]
    nonce = f"{phase.replace(' ', '-')}-{number}"
    client = await Client.connect(port)
    client.send(post(chat(f"{words} nonce={nonce}", model="pair", stream=stream)))
    await wait(client)
    await eventually(lambda: servers.of(nonce), PATIENCE_SECONDS, "the request's arrival")
    client.reset() if number % 2 else client.close()
    return await freed(servers.of(nonce)[0])
