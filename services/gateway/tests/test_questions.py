"""The question log: it keeps what it can and never costs a request anything."""

import asyncio
import json
import time
import uuid
from collections.abc import Callable

import pytest

from headway_gateway.metrics import Metrics
from headway_gateway.questions import (
    BATCH_QUESTIONS,
    QUESTION_CHARACTERS,
    QUEUE_CHARACTERS,
    QUEUE_QUESTIONS,
    QuestionLog,
)
from headway_gateway.settings import Settings
from headway_gateway.storage import open_objects
from s3 import S3, first

WAIT_SECONDS = 10


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def log(s3: S3, metrics: Metrics) -> QuestionLog:
    settings = Settings(responses_bucket=s3.bucket, s3_endpoint=s3.endpoint, storage_timeout_seconds=1)
    objects = open_objects(settings, metrics)
    return QuestionLog(objects, metrics, retention_days=30, batch_seconds=0.05, close_seconds=2)


def lines(s3: S3) -> list[dict[str, object]]:
    keys = s3.versions("questions/")
    assert set(keys.values()) <= {1}
    return [json.loads(line) for key in keys for line in s3.body(key).splitlines()]


def counted(metrics: Metrics, outcome: str) -> float:
    return metrics.registry.get_sample_value("headway_gateway_questions_total", {"outcome": outcome}) or 0


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.mark.asyncio
async def test_a_question_is_kept_without_saying_who_asked(log: QuestionLog, s3: S3) -> None:
    async with log.running():
        log.note("request-1", "llama", "What is a KV cache? 🤔\nReally")
    (line,) = lines(s3)
    assert line.keys() == {"time", "request_id", "model", "question", "clipped"}
    assert (line["request_id"], line["model"], line["clipped"]) == ("request-1", "llama", False)
    assert line["question"] == "What is a KV cache? 🤔\nReally"


@pytest.mark.asyncio
async def test_a_question_is_written_while_the_gateway_runs(log: QuestionLog, metrics: Metrics) -> None:
    async with log.running():
        log.note("request-1", "llama", "why?")
        await until(lambda: counted(metrics, "stored") == 1)
        assert counted(metrics, "stored") == 1


@pytest.mark.asyncio
async def test_all_that_is_queued_is_written_on_leaving_in_whole_batches(log: QuestionLog, s3: S3) -> None:
    asked = [str(uuid.uuid4()) for _ in range(2 * BATCH_QUESTIONS + 1)]
    async with log.running():
        for number in asked:
            log.note(number, "llama", "why?")
    assert sorted(str(line["request_id"]) for line in lines(s3)) == sorted(asked)
    assert len(s3.versions("questions/")) == 3


@pytest.mark.asyncio
async def test_a_batch_is_stored_once_though_the_store_fails(log: QuestionLog, s3: S3, metrics: Metrics) -> None:
    s3.proxy.script = first(4, "stored, then reset", "PUT")
    async with log.running():
        log.note("request-1", "llama", "why?")
        await until(lambda: counted(metrics, "stored") == 1)
    assert len(lines(s3)) == 1


@pytest.mark.asyncio
async def test_a_store_that_is_down_costs_questions_and_no_time(log: QuestionLog, s3: S3, metrics: Metrics) -> None:
    s3.proxy.script = lambda _: "silent"
    async with log.running():
        began = time.thread_time()  # without the waits of a busy machine for a core
        for _ in range(QUEUE_QUESTIONS + 5):
            log.note("request", "llama", "why?")
        assert time.thread_time() - began < 1
        assert s3.proxy.count("PUT") == 0  # nobody has waited for the store, which hears of it later
        closing = time.monotonic()
    assert time.monotonic() - closing < 3
    assert counted(metrics, "dropped") == 5
    assert counted(metrics, "failed") == QUEUE_QUESTIONS


@pytest.mark.asyncio
async def test_the_queue_is_bounded_in_characters_too(log: QuestionLog, metrics: Metrics) -> None:
    fitting = QUEUE_CHARACTERS // QUESTION_CHARACTERS
    for _ in range(fitting + 3):
        log.note("request", "llama", "x" * QUESTION_CHARACTERS)
    assert counted(metrics, "dropped") == 3


@pytest.mark.asyncio
async def test_a_long_question_is_clipped_and_says_so(log: QuestionLog, s3: S3) -> None:
    async with log.running():
        log.note("request-1", "llama", "x" * (QUESTION_CHARACTERS + 1))
    (line,) = lines(s3)
    assert (line["question"], line["clipped"]) == ("x" * QUESTION_CHARACTERS, True)


@pytest.mark.asyncio
async def test_text_that_is_no_unicode_fails_nobody(log: QuestionLog, s3: S3) -> None:
    async with log.running():
        log.note("request-1", "llama", "\ud800")
        log.note("request-2", "llama", "fine")
    assert {line["request_id"] for line in lines(s3)} == {"request-1", "request-2"}


@pytest.mark.asyncio
async def test_without_a_store_nothing_is_kept(metrics: Metrics) -> None:
    log = QuestionLog(None, metrics, retention_days=30)
    async with log.running():
        log.note("request-1", "llama", "why?")
    assert counted(metrics, "dropped") == 0


@pytest.mark.asyncio
async def test_no_log_line_repeats_a_question(log: QuestionLog, s3: S3, capfd: pytest.CaptureFixture[str]) -> None:
    s3.proxy.script = lambda _: "500"
    async with log.running():
        log.note("request-1", "llama", "canary-question")
    said = "".join(capfd.readouterr())
    assert "questions_lost" in said
    assert "canary" not in said
