"""One request at one replica: gets the answer piece by piece and passes it on.

Events go on as they come. Anything else is collected first, so that an answer that breaks off can still be told as an
error with a status; it is bounded by `MAX_ANSWER_BYTES`.
"""

import asyncio
from collections.abc import Callable

from headway.domain.gateway_settings import WaitSettings
from headway_gateway.errors import AnswerTooLong, GatewayError, UpstreamFailed, UpstreamMalformed, UpstreamTimeout
from headway_gateway.front.exchange import Exchange
from headway_gateway.relay.event_stream import EventStream, EventTooLarge
from headway_gateway.upstream.connection import AnswerHead, UpstreamConnection

MAX_ANSWER_BYTES = 16 * 2**20
COMMENT = b": waiting\n\n"


class Attempt:
    """A `Receiver` with deadlines. `outcome` is None for a whole answer, else what went wrong."""

    __slots__ = (
        "_collected",
        "_connection",
        "_deadline",
        "_exchange",
        "_first_byte_seconds",
        "_last_byte",
        "_last_written",
        "_loop",
        "_open_stream",
        "_passes_events",
        "_paused",
        "_size",
        "_streams",
        "_swallows",
        "_waits",
        "answer",
        "began",
        "events",
        "first_byte_at",
        "outcome",
        "sent_at",
    )

    def __init__(
        self, exchange: Exchange, waits: WaitSettings, deadline: float, streams: bool, open_stream: Callable[[], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._exchange = exchange
        self._waits = waits
        self._deadline = deadline
        self._streams = streams
        self._first_byte_seconds = (
            waits.first_byte_timeout_seconds if streams else waits.unstreamed_first_byte_timeout_seconds
        )
        self._open_stream = open_stream
        self._connection: UpstreamConnection | None = None
        self._last_byte = self._last_written = self._loop.time()
        self._collected: list[bytes] = []
        self._size = 0
        self._passes_events = self._swallows = self._paused = False
        self.events = EventStream()
        self.answer: AnswerHead | None = None
        self.sent_at: float | None = None
        """Loop time at which a connection was had and the request written."""
        self.first_byte_at: float | None = None
        """Loop time of the body's first byte: from here on nothing is tried again."""
        self.began: Callable[[], None] = _nothing
        """Called with the first byte of a stream."""
        self.outcome: asyncio.Future[GatewayError | None] = self._loop.create_future()

    def send(self, connection: UpstreamConnection, request: bytes) -> None:
        """Send the request; the answer comes to this object."""
        self._connection = connection
        self.sent_at = self._loop.time()
        self._exchange.source = self
        connection.send(request, self)

    @property
    def body(self) -> bytes:
        """An answer that is not a stream, as a whole."""
        return self._collected[0] if len(self._collected) == 1 else b"".join(self._collected)

    @property
    def streamed(self) -> bool:
        """Whether the answer was passed on as events; else the caller writes `body`."""
        return self._passes_events

    @property
    def said_all(self) -> bool:
        """Whether the client has the last event of a stream: what fails behind that is no loss to it."""
        return self._passes_events and self.events.complete

    # Receiver

    def head(self, head: AnswerHead) -> None:
        """Status and headers came."""
        self.answer = head
        self._swallows = head.status >= 500 and head.status != 503
        if self._streams and head.status == 200:
            self._passes_events = _is_event_stream(head)
            if not self._passes_events:
                self._give_up(UpstreamMalformed("the model server's answer is not an event stream"))

    def data(self, data: bytes) -> None:
        """A piece of the body came."""
        self._last_byte = self._loop.time()
        if self._passes_events:
            self._pass_on(data)
            return
        if self.first_byte_at is None and not self._swallows:
            self.first_byte_at = self._last_byte
        self._size += len(data)
        if self._size > MAX_ANSWER_BYTES:
            self._give_up(UpstreamMalformed("the model server's answer is too large"))
        elif not self._swallows:
            self._collected.append(data)

    def _pass_on(self, data: bytes) -> None:
        try:
            whole = self.events.feed(data)
        except EventTooLarge:
            self._give_up(UpstreamMalformed("the model server sent an event that is too large"))
            return
        if self.first_byte_at is None:
            self.first_byte_at = self._last_byte
            self.began()
        if whole:
            self._last_written = self._last_byte
            self._open_stream()
            self._exchange.write(whole)

    def done(self) -> None:
        """The answer is complete as HTTP; as a stream it is only if it said so."""
        error: GatewayError | None = None
        if self._swallows:
            error = UpstreamFailed("the model server failed")
        elif self._passes_events and not self.events.complete:
            error = UpstreamFailed("the model server ended its answer early")
        self._finish(error)

    def failed(self, error: GatewayError) -> None:
        """It never will be."""
        self._finish(error)

    # Flow

    def pause(self) -> None:
        """The client does not read."""
        self._paused = True
        if self._connection is not None:
            self._connection.pause()

    def resume(self) -> None:
        """It reads again; the model server was not silent meanwhile, it was not listened to."""
        self._paused = False
        self._last_byte = self._loop.time()
        if self._connection is not None:
            self._connection.resume()

    # Watched

    def check(self, now: float) -> None:
        """Deadlines, and a comment where the stream has been silent."""
        if self.outcome.done():
            return
        waits = self._waits
        if now > self._deadline:
            self._give_up(AnswerTooLong("the answer took longer than an answer may"))
        elif self._paused:
            return
        elif self.first_byte_at is None and now - self._last_byte > self._first_byte_seconds:
            self._give_up(UpstreamTimeout("the model server did not begin its answer in time"))
        elif self.first_byte_at is not None and now - self._last_byte > waits.idle_timeout_seconds:
            self._give_up(UpstreamTimeout("the model server fell silent in the middle of its answer"))
        elif self._streams and now - self._last_written >= waits.keep_alive_comment_seconds:
            self._comment(now)

    def _comment(self, now: float) -> None:
        if self.answer is not None and (not self._passes_events or self.events.complete):
            return
        self._last_written = now
        self._open_stream()
        self._exchange.write(COMMENT)

    # The end

    def _give_up(self, error: GatewayError) -> None:
        if self._connection is not None:
            self._connection.abort()
        self._finish(error)

    def _finish(self, error: GatewayError | None) -> None:
        if not self.outcome.done():
            self.outcome.set_result(None if self.said_all else error)


def _nothing() -> None:
    """What there is to do at the first byte of most answers."""


def _is_event_stream(head: AnswerHead) -> bool:
    """One that can be split at its events: nobody asked for a compressed one."""
    plain = head.headers.get(b"content-encoding", b"identity") == b"identity"
    return plain and head.headers.get(b"content-type", b"").startswith(b"text/event-stream")
