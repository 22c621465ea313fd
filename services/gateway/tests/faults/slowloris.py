"""Many clients that write a byte now and then, and a few good ones beside them."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from faults.client import Client, Hung, ask

HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nhost: g\r\nx-slow: "
BODY = (
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: g\r\ncontent-type: application/json\r\ncontent-length: 4000\r\n\r\n{"
)
CHUNKS = BODY.replace(b"content-length: 4000", b"transfer-encoding: chunked").replace(
    b"\r\n\r\n{", b"\r\n\r\n1\r\n{\r\n"
)
SLOW_KINDS = {"head": (HEAD, b"a"), "body": (BODY, b" "), "chunks": (CHUNKS, b"1\r\n \r\n"), "nothing": (b"", b"")}
"""What is sent at first, and then again and again."""
PAUSE_SECONDS = 0.2
APART_SECONDS = 0.001
"""Between two that connect: a crowd that arrives in one instant costs a moment whatever it does then."""
GOOD_CLIENTS = 4


@dataclass
class Measured:
    """What became of a crowd."""

    open: int = 0
    """Connections that were still there at the end: must be 0."""
    longest_seconds: float = 0.0
    last_words: bytes = b""
    """What the last of them was told."""
    good_seconds: list[float] = field(default_factory=list)
    refused_good: int = 0

    def add(self, good: "Measured") -> None:
        """Take over what good clients saw another time."""
        self.good_seconds += good.good_seconds
        self.refused_good += good.refused_good


async def crowd(port: int, kind: str, connections: int, seconds: float, good_clients: int = GOOD_CLIENTS) -> Measured:
    """`connections` slow clients at once, each open for `seconds` at most, and good ones until they are gone."""
    measured = Measured()
    slow = asyncio.gather(
        *(_slow(port, kind, number * APART_SECONDS, seconds, measured) for number in range(connections))
    )
    good = [asyncio.create_task(_good(port, slow.done, measured)) for _ in range(good_clients)]
    await slow
    await asyncio.gather(*good)
    return measured


async def good_until(port: int, done: Callable[[], bool]) -> Measured:
    """Good clients alone."""
    measured = Measured()
    await asyncio.gather(*(_good(port, done, measured) for _ in range(GOOD_CLIENTS)))
    return measured


async def _slow(port: int, kind: str, after: float, seconds: float, measured: Measured) -> None:
    first, again = SLOW_KINDS[kind]
    await asyncio.sleep(after)
    client = await Client.connect(port)
    begun = time.monotonic()
    client.send(first)
    dripping = asyncio.create_task(_drip(client, again))
    try:
        await client.ended(seconds)
    except Hung:
        measured.open += 1
    finally:
        dripping.cancel()
        client.reset()
    measured.longest_seconds = max(measured.longest_seconds, time.monotonic() - begun)
    measured.last_words = client.seen


async def _drip(client: Client, again: bytes) -> None:
    while not client.writer.is_closing():
        await asyncio.sleep(PAUSE_SECONDS)
        client.writer.write(again)


async def _good(port: int, done: Callable[[], bool], measured: Measured) -> None:
    while not done():
        answer = await ask(port, "k=2")
        measured.good_seconds.append(answer.first_byte_seconds)
        measured.refused_good += not answer.served
        await asyncio.sleep(0.02)
