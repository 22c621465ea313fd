"""Many people handing in one answer each, who try again until they are told that it is stored."""

import asyncio
import json
import random
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx2

from headway_gateway.surveys.answer import key
from s3 import S3
from serving import AUDIENCE

TRIES = 200
"""A person gives up after these; with half of all tries failing, one in 2^200 does."""
REPEATED_SHARE = 0.1


@dataclass
class Told:
    """What the crowd was told, beside what the bucket held at that moment."""

    acknowledged: set[str] = field(default_factory=set)
    falsely: list[str] = field(default_factory=list)
    """Acknowledged while the bucket did not hold the answer."""
    differently: list[str] = field(default_factory=list)
    """Repeated and told something else."""
    statuses: Counter[int] = field(default_factory=Counter)
    unasked_later: int = 0
    """503 without Retry-After."""


class Crowd:
    """`people` answers through at most `at_once` connections."""

    def __init__(self, gateway: str, s3: S3, people: int, seed: int, at_once: int = 8) -> None:
        self.told = Told()
        self.answers = [_answer() for _ in range(people)]
        self._gateway = gateway
        self._s3 = s3
        self._chance = random.Random(seed)  # noqa: S311  repeatable, hides nothing
        self._turn = asyncio.Semaphore(at_once)

    async def speak(self) -> Told:
        """Everybody's answer, until all are acknowledged."""
        async with httpx2.AsyncClient(base_url=self._gateway, headers=AUDIENCE, timeout=30) as client:
            await asyncio.gather(*(self._person(client, answer) for answer in self.answers))
        return self.told

    def lost(self) -> list[str]:
        """Acknowledged answers that the bucket does not hold as they were sent."""
        return [
            answer["id"]
            for answer in self.answers
            if answer["id"] in self.told.acknowledged and not self._is_stored(answer)
        ]

    async def _person(self, client: httpx2.AsyncClient, answer: dict[str, Any]) -> None:
        async with self._turn:
            receipt = await self._until_acknowledged(client, answer)
            if not self._is_stored(answer):
                self.told.falsely.append(answer["id"])
            self.told.acknowledged.add(answer["id"])
            if self._chance.random() < REPEATED_SHARE and receipt != await self._until_acknowledged(client, answer):
                self.told.differently.append(answer["id"])

    async def _until_acknowledged(self, client: httpx2.AsyncClient, answer: dict[str, Any]) -> bytes:
        for _ in range(TRIES):
            try:
                reply = await client.post("/api/survey/submit", json=answer)
            except httpx2.TransportError:  # the gateway was killed
                self.told.statuses[0] += 1
            else:
                self.told.statuses[reply.status_code] += 1
                if reply.status_code == 200:
                    return bytes(reply.content)
                assert reply.status_code == 503, reply.text
                self.told.unasked_later += "Retry-After" not in reply.headers
            await asyncio.sleep(self._chance.uniform(0, 0.1))
        raise AssertionError("never acknowledged")

    def _is_stored(self, answer: dict[str, Any]) -> bool:
        found = self._s3.peek(key(answer["id"]))
        return found is not None and json.loads(found) == answer


def _answer() -> dict[str, Any]:
    number = str(uuid.uuid4())
    return {"id": number, "rating": int(number[0], 16) % 5 + 1, "company": f"Company {number[:4]}", "nickname": ""}
