"""Handing in an answer: what is refused, what is idempotent, what is acknowledged, what is said in logs."""

import asyncio
import json
import re
import uuid
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from faults.gateway import wait_until
from headway_gateway.errors import InvalidRequest
from headway_gateway.settings import Settings
from headway_gateway.surveys.answer import MAX_BODY_BYTES, decode, key, ticket
from s3 import S3, first
from serving import AUDIENCE, Served, served

KEY = re.compile(r"surveys/answers/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.json")
GOOD = "3b241101-e2bb-4255-8caf-4136c566a962"
HOSTILE_IDS = [
    *("", " ", ".", "..", "../x", "../../etc/passwd", "//", "%2e%2e%2f", "a/b", "\x00", GOOD + "\x00", "x" * 2048),
    *(GOOD.upper(), GOOD[:-1] + "A", GOOD + "\n", "\n" + GOOD, GOOD + " ", "{" + GOOD + "}", "urn:uuid:" + GOOD),
    *(GOOD.replace("-", ""), "\u202e" + GOOD[1:], GOOD[:-1] + "\u200b", GOOD[:-1] + "\u0663", GOOD[:-1] + "\uff11"),
    *("3b241101-e2bb-1255-8caf-4136c566a962", "3b241101-e2bb-4255-ccaf-4136c566a962", "%33" + GOOD[1:]),
]
HOSTILE_TEXTS = [
    "",
    "   ",
    "a\nb",
    "a\n",
    "a\r",
    "a\x00",
    "\x1b[31m",
    "\u202eelpmaxe",
    "a\u2028b",
    "\ufeffa",
    "x" * 101,
]


def submit(gateway: str, body: Any, **options: Any) -> httpx2.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx2.post(f"{gateway}/api/survey/submit", content=content, headers=AUDIENCE, timeout=30, **options)


def test_an_answer_is_stored_and_its_receipt_is_repeated(gateway: str, s3: S3, answer: dict[str, Any]) -> None:
    receipts = [submit(gateway, answer) for _ in range(3)]
    assert {receipt.status_code for receipt in receipts} == {200}
    assert len({receipt.content for receipt in receipts}) == 1
    assert receipts[0].json() == {"id": answer["id"], "ticket": ticket(answer["id"])}
    assert json.loads(s3.body(key(answer["id"]))) == answer
    assert s3.versions("surveys/") == {key(answer["id"]): 1}


def test_whoever_hands_in_an_answer_is_at_the_door_that_ships(serving: Served, answer: dict[str, Any]) -> None:
    """Its connections are counted, which no other server of the application does."""
    with httpx2.Client(base_url=serving.url, headers=AUDIENCE, timeout=30) as client:
        assert client.post("/api/survey/submit", json=answer).status_code == 200
        wait_until(
            lambda: sample(serving, "headway_gateway_client_connections") == "1.0", what="the connection's count"
        )
    assert httpx2.get(f"{serving.admin}/readyz").status_code == 200


def sample(serving: Served, name: str) -> str:
    """A metric without labels."""
    return re.findall(rf"^{name} (\S+)$", httpx2.get(f"{serving.admin}/metrics").text, re.MULTILINE)[0]


def test_an_answer_needs_a_company_and_a_rating_only(gateway: str) -> None:
    assert submit(gateway, {"id": str(uuid.uuid4()), "rating": 1, "company": "X"}).status_code == 200


def test_fifty_writers_of_one_answer_get_identical_receipts(patient: Settings, s3: S3, answer: dict[str, Any]) -> None:
    with served(patient) as serving:
        receipts = asyncio.run(_submit_together(serving.url, answer, 50))
    assert {receipt.status_code for receipt in receipts} == {200}
    assert len({receipt.content for receipt in receipts}) == 1
    assert s3.versions("surveys/") == {key(answer["id"]): 1}


async def _submit_together(gateway: str, answer: dict[str, Any], writers: int) -> list[httpx2.Response]:
    async with httpx2.AsyncClient(base_url=gateway, headers=AUDIENCE, timeout=60) as client:
        return await asyncio.gather(*(client.post("/api/survey/submit", json=answer) for _ in range(writers)))


def test_another_answer_of_the_same_id_is_a_conflict(gateway: str, s3: S3, answer: dict[str, Any]) -> None:
    submit(gateway, answer)
    refusal = submit(gateway, answer | {"rating": 1})
    assert (refusal.status_code, refusal.json()["error"]["code"]) == (409, "conflict")
    assert json.loads(s3.body(key(answer["id"]))) == answer


def test_no_clock_is_part_of_a_key(s3: S3, gateway: str, answer: dict[str, Any]) -> None:
    """The same answer sent on both sides of midnight, or of a stepped clock, meets the same key."""
    submit(gateway, answer)
    assert [*s3.versions("surveys/")] == [f"surveys/answers/{answer['id']}.json"]


def test_an_answer_says_when_it_expires(gateway: str, s3: S3, answer: dict[str, Any]) -> None:
    submit(gateway, answer)
    metadata = s3.client.head_object(Bucket=s3.bucket, Key=key(answer["id"]))["Metadata"]
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", metadata["expires-at"])


def test_an_unstored_answer_is_not_acknowledged(gateway: str, s3: S3, answer: dict[str, Any]) -> None:
    s3.proxy.script = lambda _: "503"
    refusal = submit(gateway, answer)
    assert (refusal.status_code, refusal.json()["error"]["code"]) == (503, "storage_unavailable")
    assert 1 <= int(refusal.headers["Retry-After"]) <= 120
    assert not s3.versions("surveys/")


def test_without_a_bucket_surveys_are_unavailable(answer: dict[str, Any]) -> None:
    with served(Settings()) as serving:
        assert submit(serving.url, answer).status_code == 503
        assert httpx2.get(f"{serving.url}/api/survey/winners", headers=AUDIENCE).status_code == 503


@pytest.mark.parametrize("hostile", HOSTILE_IDS, ids=ascii)
def test_a_hostile_id_is_refused(gateway: str, s3: S3, answer: dict[str, Any], hostile: str) -> None:
    assert submit(gateway, answer | {"id": hostile}).status_code == 400
    assert not s3.proxy.requests


@pytest.mark.parametrize("hostile", HOSTILE_TEXTS, ids=ascii)
def test_a_hostile_company_is_refused(answer: dict[str, Any], hostile: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        decode(json.dumps(answer | {"company": hostile}).encode())
    assert refusal.value.param == "company"


@pytest.mark.parametrize(
    "change",
    [
        *({"rating": rating} for rating in (0, 6, 3.0, "3", True, None)),
        *({"nickname": "x" * 41}, {"nickname": "a\nb"}, {"company": None}, {"id": 7}, {"extra": 1}),
    ],
    ids=str,
)
def test_a_body_of_another_shape_is_refused(answer: dict[str, Any], change: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        decode(json.dumps(answer | change).encode())


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff", b'{"rating":NaN}', b'{"company":"\\ud800"}', b"[" * 4000], ids=ascii
)
def test_a_body_that_is_no_answer_is_refused(gateway: str, body: bytes) -> None:
    assert submit(gateway, body).status_code == 400


def test_a_long_body_is_refused(gateway: str) -> None:
    assert submit(gateway, b" " * (MAX_BODY_BYTES + 1)).status_code == 413


def test_the_longest_answer_fits(gateway: str) -> None:
    answer = {"id": str(uuid.uuid4()), "rating": 5, "company": "\U0001f600" * 100, "nickname": "\U0001f600" * 40}
    assert submit(gateway, answer).status_code == 200


def test_a_caller_without_a_key_is_refused_before_its_body_is_read(gateway: str) -> None:
    assert httpx2.post(f"{gateway}/api/survey/submit", content=b"x" * 100_000).status_code == 401


@given(st.one_of(st.text(max_size=60), st.uuids().map(str), st.from_regex(r"\A[0-9a-fA-F./%-]{30,40}\Z")))
@hypothesis_settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_accepted_id_makes_a_key_of_one_pattern(text: str) -> None:
    body = json.dumps({"id": text, "rating": 3, "company": "X"}).encode("utf-8", "surrogatepass")
    try:
        accepted = decode(body)
    except InvalidRequest:
        return
    assert KEY.fullmatch(key(accepted.id))


def test_neither_logs_nor_errors_repeat_what_a_person_wrote(
    settings: Settings, s3: S3, capfd: pytest.CaptureFixture[str]
) -> None:
    canaries = {"id": str(uuid.uuid4()), "rating": 2, "company": "canary-company", "nickname": "canary-nick"}
    with served(settings) as serving:  # here, since `capfd` is another file than it was while fixtures were made
        gateway = serving.url
        replies = [submit(gateway, canaries), submit(gateway, canaries | {"company": "canary-company-2"})]
        s3.proxy.script = lambda _: "500"
        replies.append(submit(gateway, canaries))
        s3.proxy.script = first(100, "stored, then silent", "GET")
        replies.append(submit(gateway, canaries | {"nickname": "canary-nick-2"}))
        replies.append(submit(gateway, canaries | {"id": "canary-id"}))
        replies.append(submit(gateway, b'{"canary-field": 1}'))
    assert [reply.status_code for reply in replies] == [200, 409, 503, 503, 400, 400]
    logged = "".join(capfd.readouterr())
    assert '"event": "storage_unavailable"' in logged
    said = logged + "".join(reply.text for reply in replies[1:])
    assert "canary" not in said
    assert canaries["id"] not in said


def test_outcomes_are_counted(serving: Served, s3: S3, answer: dict[str, Any]) -> None:
    submit(serving.url, answer)
    submit(serving.url, answer)
    submit(serving.url, answer | {"rating": 1})
    submit(serving.url, b"")
    s3.proxy.script = lambda _: "reset"
    submit(serving.url, answer)
    exported = httpx2.get(f"{serving.admin}/metrics").text
    counted = dict(re.findall(r'^headway_gateway_surveys_total{outcome="(\w+)"} (\S+)$', exported, re.MULTILINE))
    assert counted == dict.fromkeys(("stored", "repeated", "conflict", "refused", "failed"), "1.0")
