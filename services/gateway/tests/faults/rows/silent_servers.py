"""F3: model servers that hang or fall silent, and the requests to another one meanwhile."""

import asyncio
import random

from faults.backend import Fleet
from faults.client import Answer, Hung, ask
from faults.criterion import Criterion, at_most, none
from faults.rows.elsewhere import ROUNDS, Comparison, elsewhere
from faults.rows.serving import serving
from faults.rows.size import Size

FIRST_BYTE_SECONDS = 1.5
IDLE_SECONDS = 1.0
LATE_SECONDS = 1.0
WAVE_SECONDS = 0.5
"""Over which a crowd asks: one that comes in an instant costs a moment whatever it waits for."""
SILENCES = {
    "before the first byte": ("script=hangs", FIRST_BYTE_SECONDS),
    "inside": ("script=stalls k=2", IDLE_SECONDS),
}


def silent_servers(servers: Fleet, size: Size) -> list[Criterion]:
    """Good clients ask the first server; the silent one is the crowd's."""
    criteria, requests = [], size.share(300)
    for place, (words, bound) in SILENCES.items():
        answers: list[Answer | None] = []
        good = Comparison()
        for number in range(ROUNDS):
            answers += _round(servers, words, requests, size.seed + number, good)
        name = f"{ROUNDS} × {requests} silences {place}"
        criteria += _judged(name, answers, bound)
        criteria += good.criteria(
            "F3", f"{name}: refused at the other server", f"{name}: first byte p99 at the other server"
        )
    return criteria


def _round(servers: Fleet, words: str, requests: int, seed: int, good: Comparison) -> list[Answer | None]:
    """One crowd at a gateway of its own, since one that has met a crowd leaves the silent server alone."""
    with (
        elsewhere() as pool,
        serving(
            servers, [("tiny", [servers.servers[0].url]), ("silent", [pool.submit(_silent_server).result()])],
            first_byte_timeout_seconds=FIRST_BYTE_SECONDS, idle_timeout_seconds=IDLE_SECONDS,
        ) as running,
    ):  # fmt: skip
        return good.round(running.port, pool, _crowd, running.port, words, requests, seed)


def _silent_server() -> str:
    """The address of a server in the crowd's process; it ends with that."""
    return Fleet().add("silent").url


def _judged(name: str, answers: list[Answer | None], bound: float) -> list[Criterion]:
    clean = [answer for answer in answers if answer and answer.clean_error and answer.code == "upstream_timeout"]
    longest = max((answer.seconds for answer in clean), default=0.0)
    return [
        none("F3", f"{name}: not told so by one clean error", len(answers) - len(clean)),
        at_most("F3", f"{name}: longest until the error", longest, bound + LATE_SECONDS),
    ]


def _crowd(port: int, words: str, requests: int, seed: int) -> list[Answer | None]:
    """`None` for one that hung."""
    rng = random.Random(seed)  # noqa: S311  a drawing that can be repeated

    async def one(after_seconds: float, stream: bool) -> Answer | None:
        await asyncio.sleep(after_seconds)
        try:
            return await ask(port, words, model="silent", stream=stream)
        except Hung:
            return None

    async def all_of_them() -> list[Answer | None]:
        drawn = [(rng.random() * WAVE_SECONDS, rng.random() < 0.5) for _ in range(requests)]
        return await asyncio.gather(*(one(*each) for each in drawn))

    return asyncio.run(all_of_them())
