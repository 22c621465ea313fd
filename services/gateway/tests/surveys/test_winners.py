"""Drawing winners, telling them, and doing the draw again (S4)."""

import asyncio
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import httpx2
import msgspec
import pytest

from headway.domain.gateway_settings import ENVIRONMENT_PREFIX
from headway_gateway.settings import Settings
from headway_gateway.surveys import Draw, audit, repeat
from headway_gateway.surveys.answer import key, ticket
from s3 import S3, first
from serving import AUDIENCE, PRESENTER, served

Audit: TypeAlias = Callable[..., tuple[int, str]]


def hand_in(s3: S3, count: int) -> list[str]:
    """Answers that are stored already; returns their ids."""
    ids = [str(uuid.uuid4()) for _ in range(count)]
    s3.seed({key(answer_id): json.dumps(an_answer(answer_id)).encode() for answer_id in ids})
    return ids


def an_answer(answer_id: str) -> dict[str, Any]:
    return {"id": answer_id, "rating": 5, "company": "Example", "nickname": f"nick-{answer_id[:4]}"}


def draw(gateway: str, **fields: Any) -> httpx2.Response:
    request = {"id": str(uuid.uuid4())} | fields
    return httpx2.post(f"{gateway}/api/survey/winners", json=request, headers=PRESENTER, timeout=30)


def winners(gateway: str) -> httpx2.Response:
    return httpx2.get(f"{gateway}/api/survey/winners", headers=AUDIENCE, timeout=30)


def test_before_the_draw_nobody_has_won(gateway: str) -> None:
    assert winners(gateway).json() == {"drawn": False}


def test_everybody_sees_the_winners_without_ids_or_seed(gateway: str, s3: S3) -> None:
    (only,) = hand_in(s3, 1)
    assert draw(gateway).status_code == 200
    announced = {"drawn": True, "number": 1, "winners": [{"ticket": ticket(only), "nickname": f"nick-{only[:4]}"}]}
    assert winners(gateway).json() == announced


def test_only_a_presenter_may_draw(gateway: str, s3: S3) -> None:
    hand_in(s3, 1)
    refusal = httpx2.post(f"{gateway}/api/survey/winners", json={"id": str(uuid.uuid4())}, headers=AUDIENCE)
    assert (refusal.status_code, refusal.json()["error"]["code"]) == (403, "forbidden")
    assert not s3.versions("surveys/draws/")


def test_a_draw_without_answers_is_refused(gateway: str) -> None:
    assert draw(gateway).status_code == 409


@pytest.mark.parametrize(
    "fields", [{"winners": 0}, {"winners": 11}, {"seed": ""}, {"seed": "a\n"}, {"id": "1"}], ids=str
)
def test_a_request_of_another_shape_is_refused(gateway: str, s3: S3, fields: dict[str, Any]) -> None:
    hand_in(s3, 1)
    assert draw(gateway, **fields).status_code == 400


def test_a_draw_takes_all_of_more_than_a_thousand_answers_and_can_be_repeated(gateway: str, s3: S3) -> None:
    ids = hand_in(s3, 2345)
    s3.seed({"surveys/answers/README.txt": b"", "surveys/draws/notes.txt": b""})
    recorded = msgspec.json.decode(draw(gateway, winners=5).content, type=Draw)
    assert recorded.entries == 2345
    assert repeat(recorded, reversed(ids)) == [winner.id for winner in recorded.winners]
    assert s3.body("surveys/draws/00000001.json") == msgspec.json.encode(recorded)


def test_a_given_seed_is_recorded_and_decides(gateway: str, s3: S3) -> None:
    hand_in(s3, 100)
    first_draw, second_draw = (
        draw(gateway, seed="dice 3 1 6", winners=7).json(),
        draw(gateway, seed="dice 3 1 6", winners=7).json(),
    )
    assert first_draw["seed"] == "dice 3 1 6"
    assert first_draw["winners"] == second_draw["winners"]
    assert (first_draw["number"], second_draw["number"]) == (1, 2)


def test_a_seed_of_the_gateways_own_is_not_used_twice(gateway: str, s3: S3) -> None:
    hand_in(s3, 3)
    seeds = {draw(gateway).json()["seed"] for _ in range(3)}
    assert len(seeds) == 3
    assert {len(seed) for seed in seeds} == {64}


def test_a_repeated_request_returns_the_draw_it_made(gateway: str, s3: S3) -> None:
    hand_in(s3, 50)
    request = {"id": str(uuid.uuid4()), "winners": 3}
    made, again = draw(gateway, **request), draw(gateway, **request)
    assert made.content == again.content
    assert draw(gateway, **(request | {"winners": 4})).status_code == 409
    assert len(s3.versions("surveys/draws/")) == 1


def test_a_draw_whose_reply_from_the_store_is_lost_is_made_once(gateway: str, s3: S3) -> None:
    hand_in(s3, 50)
    s3.proxy.script = first(2, "stored, then reset", "PUT")
    assert draw(gateway, winners=3).status_code == 200
    assert s3.versions("surveys/draws/") == {"surveys/draws/00000001.json": 1}


def test_presenters_who_draw_at_once_make_numbered_draws_or_conflicts(gateway: str, s3: S3) -> None:
    hand_in(s3, 20)

    async def all_at_once() -> list[int]:
        async with httpx2.AsyncClient(base_url=gateway, headers=PRESENTER, timeout=60) as client:
            requests = (client.post("/api/survey/winners", json={"id": str(uuid.uuid4())}) for _ in range(6))
            return [reply.status_code for reply in await asyncio.gather(*requests)]

    statuses = asyncio.run(all_at_once())
    assert set(statuses) <= {200, 409}
    drawn = s3.versions("surveys/draws/")
    assert len(drawn) == statuses.count(200) >= 1
    assert set(drawn.values()) == {1}


def test_a_polling_audience_asks_the_store_once_a_second(gateway: str, s3: S3) -> None:
    async def poll() -> None:
        async with httpx2.AsyncClient(base_url=gateway, headers=AUDIENCE, timeout=30) as client:
            await asyncio.gather(*(client.get("/api/survey/winners") for _ in range(200)))

    winners(gateway)
    asyncio.run(poll())
    assert s3.proxy.count("GET") <= 10


@pytest.fixture
def gateway(patient: Settings) -> Iterator[str]:
    with served(patient) as where:
        yield where.url


@pytest.fixture
def audited(s3: S3, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Audit:
    monkeypatch.setenv(f"{ENVIRONMENT_PREFIX}RESPONSES_BUCKET", s3.bucket)
    monkeypatch.setenv(f"{ENVIRONMENT_PREFIX}S3_ENDPOINT", s3.endpoint)

    def run(*arguments: str) -> tuple[int, str]:
        return audit.main(arguments), "".join(capsys.readouterr())

    return run


def test_the_audit_confirms_a_draw_though_answers_came_after_it(gateway: str, s3: S3, audited: Audit) -> None:
    hand_in(s3, 30)
    draw(gateway, winners=2)
    hand_in(s3, 5)
    status, verdict = audited()
    assert (status, "the same winners among 30 answers" in verdict) == (audit.SAME_WINNERS, True)


@pytest.mark.parametrize("change", ["seed", "winners", "entries", "entries_sha256", "version"])
def test_the_audit_finds_a_changed_record(gateway: str, s3: S3, audited: Audit, change: str) -> None:
    hand_in(s3, 30)
    record = draw(gateway, winners=10).json()  # so many that another seed does not draw the same ones by chance
    others = {
        "seed": "another",
        "winners": record["winners"][::-1],
        "entries": 29,
        "entries_sha256": "0" * 64,
        "version": 2,
    }
    s3.seed({"surveys/draws/00000001.json": json.dumps(record | {change: others[change]}).encode()})
    assert audited("1")[0] == audit.OTHERWISE


def test_the_audit_finds_an_entry_that_nobody_handed_in(gateway: str, s3: S3, audited: Audit) -> None:
    gone, *_ = hand_in(s3, 3)
    draw(gateway)
    s3.client.delete_object(Bucket=s3.bucket, Key=key(gone))
    status, verdict = audited()
    assert (status, "1 that took part have no stored answer" in verdict) == (audit.OTHERWISE, True)


def test_the_audit_says_that_there_is_no_draw(audited: Audit) -> None:
    assert audited() == (audit.NOTHING, "error: no such draw\n")
