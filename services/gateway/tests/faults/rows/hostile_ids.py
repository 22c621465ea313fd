"""B4: ids of survey answers that try to be paths."""

import asyncio
import random

import httpx2

from faults.backend import Fleet
from faults.criterion import Criterion, none
from faults.rows.size import Size
from faults.rows.store import store
from faults.rows.surveys import an_answer
from serving import AUDIENCE, served
from surveys.test_submit import GOOD, HOSTILE_IDS, KEY

CHARACTERS = "0123456789abcdefABCDEF-/.%\\\0\n\u202e\u200b\u0663\uff11 "
MOST_CHANGES = 3


def hostile_ids(_: Fleet, size: Size) -> list[Criterion]:
    """Those of the tests, and good ones with a few characters changed."""
    rng = random.Random(size.seed)  # noqa: S311  a drawing that can be repeated
    drawn = [_changed(rng) for _ in range(size.runs)]
    with store() as (s3, settings), served(settings) as gateway:
        hostile = asyncio.run(_statuses(gateway.url, HOSTILE_IDS))
        asked_store = len(s3.proxy.requests)
        statuses = asyncio.run(_statuses(gateway.url, drawn))
        keys = set(s3.versions("")) | {request.path.rpartition(f"{s3.bucket}/")[2] for request in s3.proxy.requests
                                       if request.method == "PUT"}  # fmt: skip
    name = f"{len(drawn):,} ids made from a good one"
    return [
        none("B4", f"{len(hostile)} hostile ids: not refused by 400", sum(status != 400 for status in hostile)),
        none("B4", f"{len(hostile)} hostile ids: calls to the store", asked_store),
        none("B4", f"{name}: statuses other than 200, 400 and 409", len([s for s in statuses if s not in (200, 400, 409)])),
        none("B4", f"{name}, {statuses.count(200):,} of them good: keys of another pattern",
             sum(KEY.fullmatch(key) is None for key in keys)),
    ]  # fmt: skip


def _changed(rng: random.Random) -> str:
    text = list(GOOD)
    for _ in range(rng.randint(1, MOST_CHANGES)):
        text[rng.randrange(len(text))] = rng.choice(CHARACTERS)
    return "".join(text)


async def _statuses(gateway: str, ids: list[str]) -> list[int]:
    async with httpx2.AsyncClient(base_url=gateway, headers=AUDIENCE, timeout=30) as client:
        return [(await client.post("/api/survey/submit", json=an_answer() | {"id": each})).status_code for each in ids]
