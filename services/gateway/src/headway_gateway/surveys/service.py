"""What the survey's routes decide with: keep an answer, draw winners, say who won."""

import asyncio
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from headway_gateway.errors import Conflict, Forbidden, GatewayError, StorageUnavailable
from headway_gateway.identity.client import Client
from headway_gateway.metrics import Metrics
from headway_gateway.storage import DIFFERENT, STORED, Objects
from headway_gateway.surveys import answer as answers
from headway_gateway.surveys import draw as drawing
from headway_gateway.surveys import selection
from headway_gateway.surveys.answer import Answer
from headway_gateway.surveys.draw import Announcement, Draw, DrawRequest, Winner
from headway_gateway.surveys.draw_log import DrawLog
from headway_gateway.surveys.noticeboard import Noticeboard

SEED_BYTES = 32
_OUTCOMES: dict[type[GatewayError], str] = {Conflict: "conflict", StorageUnavailable: "failed"}

log = structlog.get_logger(__name__)


class SurveyService:
    """Surveys over one bucket; without a bucket every call raises `StorageUnavailable`."""

    def __init__(
        self,
        objects: Objects | None,
        metrics: Metrics,
        *,
        retention_days: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._objects = objects
        self._metrics = metrics
        self._retention = timedelta(days=retention_days)
        self._clock = clock
        self._noticeboard = Noticeboard(self._read_announcement)

    async def submit(self, body: bytes) -> Answer:
        """Keep the answer in `body`; returns only once it is stored, by this call or an earlier one with equal content.

        Raises `InvalidRequest`, `Conflict` if its id is taken by another answer, `StorageUnavailable` if it is not
        known to be stored: the same answer may be sent again until one of the others comes.
        """
        try:
            answer = answers.decode(body)
            await self._keep(answer)
        except GatewayError as error:
            self._count(_OUTCOMES.get(type(error), "refused"))
            raise
        return answer

    async def winners(self) -> Announcement:
        """Who won, as everybody may see it."""
        return await self._noticeboard.current()

    async def draw(self, client: Client, body: bytes) -> Draw:
        """Draw winners among all answers stored by now and record the draw; a repeated request returns the same one."""
        if not client.presenter:
            raise Forbidden("Only a presenter may draw winners.")
        request = drawing.decode_request(body)
        draws = DrawLog(self._store)
        draw, next_number = await draws.find(request.id)
        if draw is None:
            draw = await self._draw(request, next_number)
            await draws.record(draw, self._attributes())
            log.info("winners_drawn", number=draw.number, entries=draw.entries, winners=len(draw.winners))
            self._noticeboard.show(drawing.announce(draw))
        elif (draw.requested, request.seed or draw.seed) != (request.winners, draw.seed):
            raise Conflict("This id belongs to another draw.", param="id")
        return draw

    @property
    def _store(self) -> Objects:
        if self._objects is None:
            raise StorageUnavailable("No bucket is set for surveys.", retry_after_seconds=60)
        return self._objects

    async def _keep(self, answer: Answer) -> None:
        outcome = await self._store.create(answers.key(answer.id), answer.content(), self._attributes())
        if outcome == DIFFERENT:
            raise Conflict("This id belongs to another answer.", param="id")
        self._count("stored" if outcome == STORED else "repeated")

    async def _draw(self, request: DrawRequest, number: int) -> Draw:
        entries = answers.ids(await self._store.keys(answers.ANSWERS_PREFIX))
        if not entries:
            raise Conflict("There are no answers to draw from.")
        seed = request.seed or secrets.token_hex(SEED_BYTES)
        chosen = selection.select(seed, entries, request.winners)
        digest = selection.digest(entries)
        await self._store.create(drawing.entries_key(digest), selection.lines(entries), self._attributes("text/plain"))
        return Draw(
            id=request.id,
            number=number,
            algorithm=selection.ALGORITHM,
            version=selection.VERSION,
            seed=seed,
            requested=request.winners,
            entries=len(entries),
            entries_sha256=digest,
            winners=tuple(await asyncio.gather(*(self._winner(answer_id) for answer_id in chosen))),
        )

    async def _winner(self, answer_id: str) -> Winner:
        content = await self._store.get(answers.key(answer_id))
        if content is None:  # its time of expiry came between the listing and now
            raise Conflict("An answer left while winners were drawn.")
        return drawing.winner(answer_id, answers.stored(content).nickname)

    async def _read_announcement(self) -> Announcement:
        return drawing.announce(await DrawLog(self._store).newest())

    def _attributes(self, content_type: str = "application/json") -> dict[str, str]:
        """Content type and, for people and audits, when the bucket's lifecycle rule is to delete the object."""
        expires = datetime.fromtimestamp(self._clock(), UTC) + self._retention
        return {"Content-Type": content_type, "expires-at": expires.isoformat(timespec="seconds")}

    def _count(self, outcome: str) -> None:
        self._metrics.surveys.labels(outcome).inc()
