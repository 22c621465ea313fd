"""F3: model servers that hang or fall silent, and the requests to another one meanwhile."""

import asyncio
import random

from faults.backend import Fleet
from faults.client import Answer, Hung, ask
from faults.criterion import Criterion, at_most, beside_alone, none
from faults.rows.elsewhere import ALONE_SECONDS, P99_RATIO, ROUNDS, after, elsewhere
from faults.rows.serving import serving
from faults.rows.size import Size
from faults.slowloris import Measured, good_until

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
    """The second server is silent; good clients ask the first."""
    criteria, requests = [], size.share(300)
    for place, (words, bound) in SILENCES.items():
        answers: list[Answer | None] = []
        alone, beside = Measured(), Measured()
        for number in range(ROUNDS):
            answers += _round(servers, words, requests, size.seed + number, alone, beside)
        criteria += _judged(f"{ROUNDS} × {requests} silences {place}", answers, bound)
        criteria += _others(f"{ROUNDS} × {requests} silences {place}", beside, alone)
    return criteria


def _round(
    servers: Fleet, words: str, requests: int, seed: int, alone: Measured, beside: Measured
) -> list[Answer | None]:
    """One crowd at a gateway of its own, since one that has met a crowd leaves the silent server alone."""
    a, b = (server.url for server in servers.servers)
    with (
        serving(
            servers, [("tiny", [a]), ("silent", [b])],
            first_byte_timeout_seconds=FIRST_BYTE_SECONDS, idle_timeout_seconds=IDLE_SECONDS,
        ) as running,
        elsewhere() as pool,
    ):  # fmt: skip
        alone.add(asyncio.run(good_until(running.port, after(ALONE_SECONDS))))
        waiting = pool.submit(_crowd, running.port, words, requests, seed)
        beside.add(asyncio.run(good_until(running.port, waiting.done)))
        return waiting.result()


def _judged(name: str, answers: list[Answer | None], bound: float) -> list[Criterion]:
    clean = [answer for answer in answers if answer and answer.clean_error and answer.code == "upstream_timeout"]
    longest = max((answer.seconds for answer in clean), default=0.0)
    return [
        none("F3", f"{name}: not told so by one clean error", len(answers) - len(clean)),
        at_most("F3", f"{name}: longest until the error", longest, bound + LATE_SECONDS),
    ]


def _others(name: str, beside: Measured, alone: Measured) -> list[Criterion]:
    what = f"{name}: first byte p99 at the other server"
    return [
        none("F3", f"{name}: refused at the other server", beside.refused_good),
        beside_alone("F3", what, beside.good_seconds, alone.good_seconds, P99_RATIO),
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
