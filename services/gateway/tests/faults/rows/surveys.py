"""S1 to S4: answers to the survey over a store that fails, many writers, a gateway that is killed, long listings.

S1 to S3 ask the gateway as it ships. S4 asks its parts: a deployed one lists only when winners are drawn, and its clock
cannot be stepped.
"""

import asyncio
import json
import uuid
from typing import Any

import httpx2

from crowd import Crowd
from faults.backend import Fleet
from faults.criterion import Criterion, none
from faults.rows.size import Size
from faults.rows.store import store
from headway_gateway.metrics import Metrics
from headway_gateway.settings import Settings
from headway_gateway.storage import Objects, open_objects
from headway_gateway.surveys import SurveyService
from headway_gateway.surveys.answer import ANSWERS_PREFIX, key
from mortal_gateway import killing, speak_to_mortal_gateway
from s3 import KILLED, S3, one_in_five
from serving import AUDIENCE, served

WRITERS = 50
HOUR_SECONDS = 3600.0
PATIENT_SECONDS = 30


def surveys(_: Fleet, size: Size) -> list[Criterion]:
    """Each with a bucket of its own."""
    return [*_failing_store(size), *_same_answer(size), *_killed(size), *_listing(size), *_clocks(size)]


def _failing_store(size: Size) -> list[Criterion]:
    """S1."""
    with store() as (s3, settings), served(settings) as gateway:
        s3.proxy.script = one_in_five(size.seed)
        crowd = Crowd(gateway.url, s3, size.runs, size.seed)
        asyncio.run(crowd.speak())
        faults = s3.proxy.faults.total() / len(s3.proxy.requests)
        return _kept("S1", f"{size.runs:,} answers, {faults:.0%} of {len(s3.proxy.requests):,} calls fail", crowd, s3)


def _killed(size: Size) -> list[Criterion]:
    """S3."""
    kills = size.share(200)
    with store() as (s3, settings):
        s3.proxy.script = killing(kills, size.seed, one_in_five(size.seed))
        crowd = asyncio.run(speak_to_mortal_gateway(settings, s3, size.runs, size.seed))
        done = s3.proxy.faults[KILLED]
        name = f"{size.runs:,} answers, the gateway killed between write and reply"
        killed = Criterion("S3", f"{name}: kills", f"{kills}", f"{done}", done == kills)
        return [killed, *_kept("S3", name, crowd, s3)]


def _kept(row: str, name: str, crowd: Crowd, s3: S3) -> list[Criterion]:
    told, versions = crowd.told, s3.versions("surveys/")
    return [
        none(row, f"{name}: not acknowledged in the end", len(crowd.answers) - len(told.acknowledged)),
        none(row, f"{name}: acknowledged and not stored at that moment", len(told.falsely)),
        none(row, f"{name}: lost", len(crowd.lost())),
        none(row, f"{name}: doubled", sum(count > 1 for count in versions.values())),
        none(row, f"{name}: stored and sent by nobody", len(versions) - len(crowd.answers)),
        none(row, f"{name}: repeated and told something else", len(told.differently)),
        none(row, f"{name}: refused without Retry-After", told.unasked_later),
    ]


def _same_answer(size: Size) -> list[Criterion]:
    """S2."""
    rounds, differing, doubled = size.share(40), 0, 0
    with store() as (s3, settings):
        patient = settings.model_copy(update={"storage_timeout_seconds": PATIENT_SECONDS})
        with served(patient) as gateway:
            for _ in range(rounds):
                receipts = asyncio.run(_submit_together(gateway.url, an_answer()))
                differing += len({(receipt.status_code, receipt.content) for receipt in receipts}) - 1
                differing += receipts[0].status_code != 200
        versions = s3.versions("surveys/")
        doubled = sum(versions.values()) - rounds
    name = f"{rounds} times {WRITERS} writers of one answer"
    return [none("S2", f"{name}: other receipts", differing), none("S2", f"{name}: objects more than one", doubled)]


async def _submit_together(gateway: str, answer: dict[str, Any]) -> list[httpx2.Response]:
    async with httpx2.AsyncClient(base_url=gateway, headers=AUDIENCE, timeout=2 * PATIENT_SECONDS) as client:
        return await asyncio.gather(*(client.post("/api/survey/submit", json=answer) for _ in range(WRITERS)))


def _listing(size: Size) -> list[Criterion]:
    """S4, over more than two pages."""
    rounds = size.share(20)
    with store() as (s3, settings):
        wanted = sorted(key(str(uuid.uuid4())) for _ in range(2_321))
        s3.seed(dict.fromkeys([*wanted, "surveys/answers-of-others/x", "surveys/draws/00000001.json"], b"{}"))
        s3.proxy.script = one_in_five(size.seed, ("500", "503", "reset", "stored, torn reply"))
        objects = _objects(settings.model_copy(update={"storage_timeout_seconds": PATIENT_SECONDS}))
        listed = [asyncio.run(objects.keys(ANSWERS_PREFIX)) for _ in range(rounds)]
    unlike = sum(each != wanted for each in listed)
    return [
        none("S4", f"{rounds} listings of {len(wanted):,} keys under faults: incomplete, doubled or unsorted", unlike)
    ]


def _clocks(size: Size) -> list[Criterion]:
    """S4, the same answers handed in again after the clock has stepped by an hour, back and forth."""
    people = size.share(500)
    steps = (0.0, HOUR_SECONDS, -HOUR_SECONDS, 0.001)
    with store() as (s3, settings):
        objects = _objects(settings)
        bodies = [json.dumps(an_answer()).encode() for _ in range(people)]
        for step in steps:
            service = SurveyService(objects, Metrics(), retention_days=30, clock=lambda step=step: 1e9 + step)  # type: ignore[misc]
            asyncio.run(_submit_all(service, bodies))
        versions = s3.versions("surveys/")
    name = f"{people} answers handed in {len(steps)} times, the clock stepped by ±1 h"
    return [
        none("S4", f"{name}: objects more than answers", sum(versions.values()) - people),
    ]


async def _submit_all(service: SurveyService, bodies: list[bytes]) -> None:
    for body in bodies:
        await service.submit(body)


def _objects(settings: Settings) -> Objects:
    objects = open_objects(settings, Metrics())
    assert objects is not None
    return objects


def an_answer() -> dict[str, Any]:
    """A lawful one of nobody's."""
    return {"id": str(uuid.uuid4()), "rating": 4, "company": "Example", "nickname": ""}
