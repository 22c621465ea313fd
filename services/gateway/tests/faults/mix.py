"""All faults at once, drawn by a seed, against one gateway; what became of every request, by fault."""

import asyncio
import math
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from faults.backend import Fleet, Visit
from faults.client import Answer, Client, Hung, chat, post

PATIENCE_SECONDS = 20.0
AT_ONCE = 64


@dataclass(frozen=True)
class Fault:
    """What happens, and which ends are right: a whole answer, a clean error, or the client's own leaving."""

    words: str
    ends: frozenset[str]
    leaves: str = ""
    """`asked`, `reading`, `unread` or empty: when the client goes away."""
    streams: bool = False
    """Whether only a stream can meet it."""


def fault(words: str, *ends: str, leaves: str = "") -> Fault:
    return Fault(words, frozenset(ends), leaves)


def of_streams(words: str, *ends: str, leaves: str = "") -> Fault:
    return Fault(words, frozenset(ends), leaves, streams=True)


FAULTS = {
    "none": fault("k=3", "whole"),
    "slow": fault("k=4 gap_ms=30", "whole"),
    "F1 dies before the first byte, once": fault("script=dies_silent dies=1", "whole"),
    "F1 closes before the first byte, once": fault("script=dies_politely dies=1", "whole"),
    "F1 dies after its head, once": fault("script=dies_after_head dies=1", "whole"),
    "F1 dies before the first byte, twice": fault("script=dies_silent dies=2", "error"),
    "F2 dies between events": fault("script=dies_between k=3", "error"),
    "F2 dies inside an event": of_streams("script=dies_inside k=3", "error"),
    "F2 ends inside an event": of_streams("script=dies_inside k=3 fin=1", "error"),
    "F2 dies behind blank lines": of_streams("script=blank_lines", "error"),
    "F3 hangs before the first byte": fault("script=hangs", "error"),
    "F3 falls silent inside": fault("script=stalls k=2", "error"),
    "F4 client leaves at once": fault("script=hangs", "left", leaves="asked"),
    "F4 client leaves inside": fault("script=stalls k=2", "left", leaves="asked"),
    "F4 client leaves while reading": of_streams("k=200 gap_ms=20", "left", leaves="reading"),
    "F5 does not read": of_streams("script=floods mb=8", "left", leaves="unread"),
    "F8 429": fault("script=busy status=429 after=1", "error"),
    "F11 bad JSON": of_streams("script=bad_json", "whole"),
    "F11 one event of 1 MB": of_streams("script=big_chunk", "whole"),
    "F11 no [DONE]": of_streams("script=no_done", "error"),
    "F11 a page": of_streams("script=html", "error"),
    "F11 cut characters": of_streams("script=split_utf8", "whole"),
    "F11 compressed": of_streams("script=gzipped", "error"),
    "F11 not HTTP": fault("script=garbage", "error"),
    "F11 two lengths": fault("script=two_lengths", "error"),
    "F11 length and chunks": of_streams("script=length_and_chunks", "error"),
    "F11 broken chunks": of_streams("script=bad_chunk", "error"),
    "500": fault("script=fails", "error"),
    "400": fault("script=refuses", "error"),
}
HARMLESS = ("none", "slow")
"""Not faults, but what is right beside them."""
WEIGHTS = {
    "none": 40.0,
    "F5 does not read": 0.3,
    "F11 one event of 1 MB": 0.3,
    "F3 hangs before the first byte": 0.5,
}
"""How much oftener or rarer than the others some are drawn: rarer what takes longest. Most have no fault, since retries
are a fifth of all calls."""


def requests_for(faults: int) -> int:
    """How many must be drawn for so many with a fault, on average."""
    weights = {name: WEIGHTS.get(name, 1.0) for name in FAULTS}
    return round(faults * sum(weights.values()) / sum(weights[name] for name in FAULTS if name not in HARMLESS))


@dataclass
class Tally:
    """Ends by fault."""

    ends: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in FAULTS})
    examples: list[str] = field(default_factory=list)
    """The first few that were wrong."""
    streamed: int = 0
    """Requests that asked for a stream."""
    nonces: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in FAULTS})
    """Of the requests, by fault."""
    freed: list[float] = field(default_factory=list)
    """Seconds from each client's leaving until its model server was free; infinite where it never was."""

    def count(self, name: str, end: str, shown: object) -> None:
        right = end in FAULTS[name].ends
        self.ends[name][end if right or end == "hung" else "wrong"] += 1
        if not right and len(self.examples) < 10:
            self.examples.append(f"{name}: {end}: {shown!s:.600}")

    def total(self, end: str) -> int:
        return sum(ends[end] for ends in self.ends.values())

    def add(self, other: "Tally") -> None:
        """Take over what another gateway did."""
        for name, ends in other.ends.items():
            self.ends[name].update(ends)
            self.nonces[name] += other.nonces[name]
        self.examples += other.examples
        self.streamed += other.streamed
        self.freed += other.freed


@dataclass(frozen=True)
class Drawn:
    """One request of the mix."""

    name: str
    nonce: str
    stream: bool

    @property
    def body(self) -> bytes:
        return chat(f"{FAULTS[self.name].words} nonce={self.nonce}", model="pair", stream=self.stream)


def draw(runs: int, seed: int) -> list[Drawn]:
    """Faults, and for those that both can meet whether a stream is asked for."""
    rng = random.Random(seed)  # noqa: S311  a drawing that can be repeated
    names = list(FAULTS)
    drawn = rng.choices(names, [WEIGHTS.get(name, 1.0) for name in names], k=runs)
    return [
        Drawn(name, f"{seed}-{number}", FAULTS[name].streams or rng.random() < 0.5) for number, name in enumerate(drawn)
    ]


async def mixed(
    port: int, servers: Fleet, requests: list[Drawn], progress: Callable[[int], None] = lambda _done: None
) -> Tally:
    """`AT_ONCE` requests at a time."""
    left = iter(enumerate(requests, 1))
    tally = Tally()

    async def worker() -> None:
        for number, drawn in left:
            end, shown = await _run(port, servers, drawn, tally)
            tally.count(drawn.name, end, shown)
            tally.nonces[drawn.name].append(drawn.nonce)
            tally.streamed += drawn.stream
            progress(number)

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    return tally


async def _run(port: int, servers: Fleet, drawn: Drawn, tally: Tally) -> tuple[str, object]:
    leaves = FAULTS[drawn.name].leaves
    client = await Client.connect(port, 65_536)
    try:
        client.send(post(drawn.body))
        if leaves:
            await _leave(client, leaves)
            client.reset()
            tally.freed += [await freed(visit) for visit in servers.of(drawn.nonce)]
            return "left", ""
        answer = await client.answer(PATIENCE_SECONDS)
    except Hung as hung:
        return "hung", hung
    except (AssertionError, ConnectionError, ValueError) as error:
        return "wrong", repr(error)
    finally:
        client.reset()
    return _end(answer), answer


def _end(answer: Answer) -> str:
    if answer.served:
        return "whole"
    return "error" if answer.clean_error else "wrong"


async def _leave(client: Client, when: str) -> None:
    await client.writer.drain()
    if when == "reading":
        await client.until(b"data: ", PATIENCE_SECONDS)
    elif when == "unread":
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.sleep(0.5)


async def freed(visit: Visit) -> float:
    """Seconds from now until the gateway closes a visit's connection; infinite after `PATIENCE_SECONDS`."""
    begun = time.monotonic()
    while visit.closed_at is None:
        if time.monotonic() - begun > PATIENCE_SECONDS:
            return math.inf
        await asyncio.sleep(0.005)
    return max(0.0, visit.closed_at - begun)
