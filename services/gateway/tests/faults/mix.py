"""All faults at once, drawn by a seed, against one gateway; what became of every request, by fault."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from faults.client import Answer, Client, Hung, chat, post

PATIENCE_SECONDS = 20.0
AT_ONCE = 64


@dataclass(frozen=True)
class Fault:
    """What happens, and which ends are right: a whole answer, a clean error, or the client's own leaving."""

    words: str
    ends: frozenset[str]
    leaves: str = ""
    """`asked`, `reading` or empty: when the client goes away."""


def fault(words: str, *ends: str, leaves: str = "") -> Fault:
    return Fault(words, frozenset(ends), leaves)


FAULTS = {
    "none": fault("k=3", "whole"),
    "slow": fault("k=4 gap_ms=30", "whole"),
    "F1 dies before the first byte, once": fault("script=dies_silent dies=1", "whole"),
    "F1 closes before the first byte, once": fault("script=dies_politely dies=1", "whole"),
    "F1 dies after its head, once": fault("script=dies_after_head dies=1", "whole"),
    "F1 dies before the first byte, twice": fault("script=dies_silent dies=2", "error"),
    "F2 dies between events": fault("script=dies_between k=3", "error"),
    "F2 dies inside an event": fault("script=dies_inside k=3", "error"),
    "F2 ends inside an event": fault("script=dies_inside k=3 fin=1", "error"),
    "F2 dies behind blank lines": fault("script=blank_lines", "error"),
    "F3 hangs before the first byte": fault("script=hangs", "error"),
    "F3 falls silent inside": fault("script=stalls k=2", "error"),
    "F4 client leaves at once": fault("script=hangs", "left", leaves="asked"),
    "F4 client leaves while reading": fault("k=200 gap_ms=20", "left", leaves="reading"),
    "F5 does not read": fault("script=floods mb=8", "left", leaves="unread"),
    "F8 429": fault("script=busy status=429 after=1", "error"),
    "F11 bad JSON": fault("script=bad_json", "whole"),
    "F11 one event of 1 MB": fault("script=big_chunk", "whole"),
    "F11 no [DONE]": fault("script=no_done", "error"),
    "F11 a page": fault("script=html", "error"),
    "F11 cut characters": fault("script=split_utf8", "whole"),
    "F11 compressed": fault("script=gzipped", "error"),
    "F11 not HTTP": fault("script=garbage", "error"),
    "F11 two lengths": fault("script=two_lengths", "error"),
    "F11 length and chunks": fault("script=length_and_chunks", "error"),
    "F11 broken chunks": fault("script=bad_chunk", "error"),
    "500": fault("script=fails", "error"),
    "400": fault("script=refuses", "error"),
}
WEIGHTS = {
    "none": 120.0,
    "F5 does not read": 0.1,
    "F11 one event of 1 MB": 0.3,
    "F3 hangs before the first byte": 0.5,
}
"""How much oftener or rarer than the others some are drawn: rarer what takes longest. Most have no fault, since retries,
the gateway's own and those that it allows to clients, are a fifth of all calls."""


@dataclass
class Tally:
    """Ends by fault."""

    ends: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in FAULTS})
    examples: list[str] = field(default_factory=list)
    """The first few that were wrong."""

    def count(self, name: str, end: str, shown: object) -> None:
        right = end in FAULTS[name].ends
        self.ends[name][end if right or end == "hung" else "wrong"] += 1
        if not right and len(self.examples) < 10:
            self.examples.append(f"{name}: {end}: {shown!s:.600}")

    def total(self, end: str) -> int:
        return sum(ends[end] for ends in self.ends.values())


async def mixed(port: int, runs: int, seed: int, progress: Callable[[int], None] = lambda _done: None) -> Tally:
    """`runs` requests, `AT_ONCE` at a time."""
    rng = random.Random(seed)  # noqa: S311  a drawing that can be repeated
    names = list(FAULTS)
    drawn = iter(enumerate(rng.choices(names, [WEIGHTS.get(name, 1.0) for name in names], k=runs)))
    tally = Tally()

    async def worker() -> None:
        for number, name in drawn:
            end, shown = await _run(port, FAULTS[name], f"{seed}-{number}")
            tally.count(name, end, shown)
            progress(number + 1)

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    return tally


async def _run(port: int, what: Fault, nonce: str) -> tuple[str, object]:
    client = await Client.connect(port, 65_536)
    try:
        client.send(post(chat(f"{what.words} nonce={nonce}", model="pair")))
        if what.leaves:
            return await _leave(client, what.leaves), ""
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


async def _leave(client: Client, when: str) -> str:
    await client.writer.drain()
    if when == "reading":
        await client.until(b"data: ", PATIENCE_SECONDS)
    elif when == "unread":
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.sleep(0.5)
    return "left"
