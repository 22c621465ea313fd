"""Writing once, reading and listing, while the store fails (S1)."""

import asyncio
import time
import uuid

import pytest

from headway_gateway.errors import StorageUnavailable
from headway_gateway.metrics import Metrics
from headway_gateway.settings import Settings
from headway_gateway.storage import DIFFERENT, SAME, STORED, Objects, open_objects
from s3 import FAULTS, NOT_STORED, S3, STORED_NOT_SAID, first, one_in_five

BODY = b'{"rating":4}'
PLAIN = {"Content-Type": "application/json"}
SLACK_SECONDS = 0.5


def opened(settings: Settings, metrics: Metrics) -> Objects:
    objects = open_objects(settings, metrics)
    assert objects is not None
    return objects


@pytest.fixture
def objects(settings: Settings, metrics: Metrics) -> Objects:
    return opened(settings, metrics)


@pytest.fixture
def patient_objects(patient: Settings, metrics: Metrics) -> Objects:
    return opened(patient, metrics)


@pytest.fixture
def key() -> str:
    return f"surveys/answers/{uuid.uuid4()}.json"


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.asyncio
async def test_a_write_survives_one_fault(objects: Objects, s3: S3, key: str, fault: str) -> None:
    s3.proxy.script = first(1, fault, "PUT")
    assert await objects.create(key, BODY, PLAIN) in (STORED, SAME)
    assert (s3.body(key), s3.versions(key)[key]) == (BODY, 1)
    assert s3.proxy.faults[fault] == 1


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.asyncio
async def test_a_lasting_fault_ends_in_time_and_is_never_called_stored(
    objects: Objects, s3: S3, key: str, settings: Settings, fault: str
) -> None:
    s3.proxy.script = lambda _: fault
    began = time.monotonic()
    with pytest.raises(StorageUnavailable) as refusal:
        await objects.create(key, BODY, PLAIN)
    assert time.monotonic() - began < settings.storage_timeout_seconds + SLACK_SECONDS
    assert refusal.value.retry_after_seconds is not None


@pytest.mark.parametrize("fault", STORED_NOT_SAID)
@pytest.mark.asyncio
async def test_a_write_that_no_reply_confirms_is_read_back(objects: Objects, s3: S3, key: str, fault: str) -> None:
    s3.proxy.script = first(100, fault, "PUT")
    assert await objects.create(key, BODY, PLAIN) == SAME
    assert s3.versions(key)[key] == 1


@pytest.mark.parametrize("fault", NOT_STORED)
@pytest.mark.asyncio
async def test_a_read_survives_one_fault(objects: Objects, s3: S3, key: str, fault: str) -> None:
    s3.seed({key: BODY})
    s3.proxy.script = first(1, fault, "GET")
    assert await objects.get(key) == BODY


@pytest.mark.asyncio
async def test_other_content_under_the_key_is_told(objects: Objects, s3: S3, key: str) -> None:
    s3.seed({key: b"another answer"})
    assert await objects.create(key, BODY, PLAIN) == DIFFERENT
    assert s3.body(key) == b"another answer"


@pytest.mark.asyncio
async def test_every_write_is_conditional_and_carries_a_checksum(objects: Objects, s3: S3, key: str) -> None:
    await objects.create(key, BODY, PLAIN)
    (request,) = (request for request in s3.proxy.requests if request.method == "PUT")
    assert request.headers["if-none-match"] == "*"
    assert "x-amz-checksum-sha256" in request.headers


@pytest.mark.asyncio
async def test_one_of_fifty_writers_of_other_contents_wins(patient_objects: Objects, s3: S3, key: str) -> None:
    contents = [f"{number}".encode() for number in range(50)]
    outcomes = await asyncio.gather(*(patient_objects.create(key, content, PLAIN) for content in contents))
    assert sorted(outcomes) == [DIFFERENT] * 49 + [STORED]
    assert s3.body(key) == contents[outcomes.index(STORED)]


@pytest.mark.asyncio
async def test_a_listing_of_more_than_one_page_is_whole_under_faults(patient_objects: Objects, s3: S3) -> None:
    wanted = [f"surveys/answers/{uuid.uuid4()}.json" for _ in range(2321)]
    s3.seed(dict.fromkeys([*wanted, "surveys/answers-of-others/x", "surveys/draws/00000001.json"], b"{}"))
    s3.proxy.script = one_in_five(seed=7, faults=("500", "503", "reset", "stored, torn reply"))
    for _ in range(3):
        assert await patient_objects.keys("surveys/answers") == sorted(wanted)
    assert s3.proxy.faults.total() > 0


@pytest.mark.parametrize("count", [0, 999, 1000, 1001, 2000])
@pytest.mark.asyncio
async def test_a_listing_ends_at_the_edge_of_a_page(patient_objects: Objects, s3: S3, count: int) -> None:
    s3.seed({f"surveys/answers/{number:05d}": b"" for number in range(count)})
    assert len(await patient_objects.keys("surveys/answers")) == count


def test_without_a_bucket_there_is_no_store() -> None:
    assert open_objects(Settings(), Metrics()) is None
