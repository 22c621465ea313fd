"""The question log: what was asked, kept in the bucket without saying by whom.

`note` only appends to a bounded queue; a task writes batches. A store that does not answer costs questions, never a
request: a batch is offered until it is stored, meanwhile the queue fills and what does not fit is dropped and counted.
"""

import asyncio
import contextlib
import time
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import msgspec
import structlog

from headway_gateway.errors import StorageUnavailable
from headway_gateway.metrics import Metrics
from headway_gateway.storage import Objects

QUESTIONS_PREFIX = "questions"
QUEUE_QUESTIONS = 2000
QUEUE_CHARACTERS = 2_000_000
"""At most 8 MB of Python strings, of the pod's 512 MiB."""
QUESTION_CHARACTERS = 8000
"""Longer questions are clipped, and say so."""
BATCH_QUESTIONS = 500
BATCH_SECONDS = 5.0
"""Longest that a question waits for company."""
CLOSE_SECONDS = 10.0
"""Longest wait at the end for what is queued; inside the seconds a pod has left after its streams."""

log = structlog.get_logger(__name__)


class Question(msgspec.Struct, frozen=True):
    """One line of the log."""

    time: str
    request_id: str
    model: str
    question: str
    clipped: bool


class QuestionLog:
    """Questions on their way to the bucket; without one (`objects` is None) nothing is kept."""

    def __init__(
        self,
        objects: Objects | None,
        metrics: Metrics,
        *,
        retention_days: int,
        clock: Callable[[], float] = time.time,
        batch_seconds: float = BATCH_SECONDS,
        close_seconds: float = CLOSE_SECONDS,
    ) -> None:
        self._objects = objects
        self._metrics = metrics
        self._retention = timedelta(days=retention_days)
        self._clock = clock
        self._batch_seconds = batch_seconds
        self._close_seconds = close_seconds
        self._queue: deque[Question] = deque()
        self._characters = 0
        self._full_batch = asyncio.Event()
        self._closing = False

    def note(self, request_id: str, model: str, question_text: str) -> None:
        """Queue a question; never waits, never raises."""
        if self._objects is None:
            return
        # JSON lets half of a surrogate pair through, UTF-8 does not.
        text = question_text[:QUESTION_CHARACTERS].encode(errors="replace").decode()
        full = len(self._queue) >= QUEUE_QUESTIONS or self._characters + len(text) > QUEUE_CHARACTERS
        if full or self._closing:
            self._metrics.questions.labels("dropped").inc()
            return
        self._queue.append(Question(self._now().isoformat(), request_id, model, text, len(text) < len(question_text)))
        self._characters += len(text)
        if len(self._queue) >= BATCH_QUESTIONS:
            self._full_batch.set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write batches while inside; on leaving write what is queued, within `close_seconds`."""
        if self._objects is None:
            yield
            return
        writer = asyncio.create_task(self._write_batches(self._objects))
        try:
            yield
        finally:
            self._closing = True
            self._full_batch.set()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(writer, self._close_seconds)
            self._lose(list(self._queue))

    async def _write_batches(self, objects: Objects) -> None:
        while not (self._closing and not self._queue):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._full_batch.wait(), self._batch_seconds)
            batch = [self._take() for _ in range(min(BATCH_QUESTIONS, len(self._queue)))]
            if not self._closing and len(self._queue) < BATCH_QUESTIONS:
                self._full_batch.clear()
            if batch:
                await self._write(objects, batch)

    async def _write(self, objects: Objects, batch: list[Question]) -> None:
        """Offer one batch until it is stored; its key stays the same, so that it is stored once."""
        key = f"{QUESTIONS_PREFIX}/{self._now():%Y/%m/%d}/{uuid.uuid4()}.jsonl"
        body = b"".join(msgspec.json.encode(question) + b"\n" for question in batch)
        try:
            while True:
                try:
                    await objects.create(key, body, self._attributes())
                except StorageUnavailable:  # counted and logged where it was raised
                    await asyncio.sleep(self._batch_seconds)
                else:
                    break
        except BaseException:
            self._lose(batch)
            raise
        self._metrics.questions.labels("stored").inc(len(batch))

    def _take(self) -> Question:
        question = self._queue.popleft()
        self._characters -= len(question.question)
        return question

    def _lose(self, questions: list[Question]) -> None:
        if questions:
            self._metrics.questions.labels("failed").inc(len(questions))
            log.warning("questions_lost", count=len(questions))

    def _attributes(self) -> dict[str, str]:
        expires = self._now() + self._retention
        return {"Content-Type": "application/jsonl", "expires-at": expires.isoformat(timespec="seconds")}

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)
