"""A client's connection: reads requests within bounds, hands each to the door, and notices when the client leaves.

What it refuses by itself, before a request is anybody's: a head that is too large or too slow, a body that is too
large (before it is buffered) or too slow, whatever llhttp calls ambiguous (both lengths, folded lines, bare LF), two
of a header that may come once, a target that is not a path. What it cuts: answers left unread, connections left idle.
"""

import asyncio
from collections import deque
from typing import Protocol, cast

import httptools

from headway.domain.gateway_settings import GatewaySettings
from headway_gateway.errors import BodyTooLarge, BodyTooSlow, GatewayError, InvalidRequest, Overloaded
from headway_gateway.front.exchange import JSON, Headers
from headway_gateway.front.native_exchange import NativeExchange
from headway_gateway.front.request import Request, request_number
from headway_gateway.front.sweep import Sweep

ONCE = frozenset({b"host", b"authorization", b"content-type", b"content-length"})
MAX_PIPELINED = 8
MAX_HEADERS = 100
LINGER_SECONDS = 1.0
"""After a refusal in the middle of a body, so that the client reads the answer before the connection is reset."""
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Door(Protocol):
    """What connections belong to and hand their requests to."""

    limits: GatewaySettings
    sweep: Sweep
    draining: bool

    def opened(self, connection: "ClientConnection") -> bool:
        """A client connected; False refuses it."""

    def closed(self, connection: "ClientConnection") -> None:
        """It is gone."""

    def refusal(self, request: Request) -> GatewayError | None:
        """Why a request is refused by its head alone, if it is."""

    def headers_for(self, request: Request) -> Headers:
        """What goes with every answer to it, refusals included."""

    def buffers(self, size: int) -> bool:
        """Take `size` bytes (or give them back, below zero) of what request bodies may hold together."""

    def serve(self, exchange: NativeExchange) -> asyncio.Task[None]:
        """Answer a request."""


class ClientConnection(asyncio.Protocol):
    """One client connection; requests of a pipeline are answered one after the other."""

    __slots__ = (
        "_body",
        "_body_bytes",
        "_buffered",
        "_deadline",
        "_discarding",
        "_door",
        "_exchange",
        "_head_bytes",
        "_headers",
        "_loop",
        "_parser",
        "_paused_since",
        "_peer",
        "_pending",
        "_reading_body",
        "_request",
        "_task",
        "_transport",
        "_url",
        "closing",
    )

    def __init__(self, door: Door) -> None:
        self._door = door
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._pending: deque[Request] = deque()
        self._exchange: NativeExchange | None = None
        self._task: asyncio.Task[None] | None = None
        self._request: Request | None = None
        self._headers: dict[bytes, bytes] = {}
        self._body: list[bytes] = []
        self._url = b""
        self._head_bytes = self._body_bytes = self._buffered = 0
        self._reading_body = self._discarding = False
        self._deadline = self._loop.time() + door.limits.header_timeout_seconds
        self._paused_since: float | None = None
        self._peer = ""
        self.closing = False

    @property
    def date(self) -> bytes:
        """For the `Date` header."""
        return self._door.sweep.date

    # The connection's life

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is here."""
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        self._peer = peer[0] if peer else ""
        if self._door.opened(self):
            self._door.sweep.watch(self)
        else:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  the same for every reason
        """The client is gone: whatever works for it stops."""
        self._door.sweep.forget(self)
        self._door.closed(self)
        self._give_back_buffer()
        self._pending.clear()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def check(self, now: float) -> None:
        """Deadlines: head, body, idle connection, unread answer."""
        transport = self._transport
        if transport is None:
            return
        if self._paused_since is not None and now - self._paused_since > self._door.limits.write_timeout_seconds:
            transport.abort()
        elif self._exchange is None and now > self._deadline:
            if self._reading_body and not self._discarding:
                self._refuse(BodyTooSlow("the request body did not arrive in time"))
            else:
                transport.close()

    def close_when_idle(self) -> None:
        """The process is going: no further request on this connection."""
        self.closing = True
        if self._exchange is None and self._request is None and self._transport is not None:
            self._transport.close()

    def close_after_answer(self) -> None:
        """The end of the connection is the end of the answer."""
        self.closing = True

    def pause_writing(self) -> None:
        """The client does not read: neither do we."""
        self._paused_since = self._loop.time()
        if self._exchange is not None and self._exchange.source is not None:
            self._exchange.source.pause()

    def resume_writing(self) -> None:
        """It reads again."""
        self._paused_since = None
        if self._exchange is not None and self._exchange.source is not None:
            self._exchange.source.resume()

    # Reading requests

    def data_received(self, data: bytes) -> None:
        """Bytes of a request."""
        if self._discarding:
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._refuse(InvalidRequest("this server speaks HTTP/1.1 and nothing else"))
        except httptools.HttpParserError:
            self._refuse(InvalidRequest("the request is not well-formed HTTP"))
        if self._head_bytes > self._door.limits.max_header_bytes and not self._discarding:
            self._refuse(InvalidRequest("the request head is too large"))

    def on_message_begin(self) -> None:
        """A request begins."""
        self._request = Request(peer=self._peer, arrived=self._loop.time())
        self._headers = {}
        self._body = []
        self._url = b""
        self._head_bytes = self._body_bytes = 0
        self._deadline = self._request.arrived + self._door.limits.header_timeout_seconds

    def on_url(self, url: bytes) -> None:
        """A piece of the target."""
        self._url += url
        self._head_bytes += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header line."""
        self._head_bytes += len(name) + len(value) + 4
        name = name.lower()
        if name not in self._headers:
            self._headers[name] = value
        elif name in ONCE:
            self._headers[b""] = name
        else:
            self._headers[name] += b", " + value

    def on_headers_complete(self) -> None:
        """The head is whole: refuse now what the head alone refuses, before any body is kept."""
        request = self._request
        if request is None or self._discarding:
            return
        request.headers = self._headers
        request.method = self._parser.get_method()
        request.http_version = self._parser.get_http_version()
        request.path, _, request.query = self._url.partition(b"?")
        fault = self._fault(request) or self._door.refusal(request)
        if fault is not None:
            self._refuse(fault)
            return
        self._reading_body = True
        self._deadline = self._loop.time() + self._door.limits.body_timeout_seconds
        expects = self._headers.get(b"expect", b"").lower() == b"100-continue"
        if expects and self._exchange is None and self._transport is not None:
            self._transport.write(CONTINUE)  # never into the middle of an earlier answer

    def _fault(self, request: Request) -> GatewayError | None:
        if b"" in request.headers:
            return InvalidRequest(f"the header {request.headers[b''].decode()} comes twice")
        if len(request.headers) > MAX_HEADERS or self._head_bytes > self._door.limits.max_header_bytes:
            return InvalidRequest("the request head is too large")
        if request.http_version not in ("1.1", "1.0"):
            return InvalidRequest("this server speaks HTTP/1.1 and nothing else")
        if request.http_version == "1.1" and b"host" not in request.headers:
            return InvalidRequest("the header host is missing")
        if not request.path.startswith(b"/"):
            return InvalidRequest("the target is not a path")
        if int(request.headers.get(b"content-length", b"0")) > self._door.limits.max_body_bytes:
            return self._too_large()
        return None

    def _too_large(self) -> GatewayError:
        return BodyTooLarge(f"the request body is larger than {self._door.limits.max_body_bytes} bytes")

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        if self._discarding:
            return
        self._body_bytes += len(body)
        if self._body_bytes > self._door.limits.max_body_bytes:
            self._refuse(self._too_large())
        elif not self._door.buffers(len(body)):
            self._refuse(Overloaded("this server holds as many request bodies as it may", retry_after_seconds=1))
        else:
            self._buffered += len(body)
            self._body.append(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        request, self._request = self._request, None
        self._reading_body = False
        if request is None or self._discarding:
            return
        request.body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        if not self._parser.should_keep_alive():
            self.closing = True
        if self._exchange is None:
            self._serve(request)
        elif len(self._pending) < MAX_PIPELINED:
            self._pending.append(request)
        elif self._transport is not None:
            self._transport.abort()

    # Answering

    def _serve(self, request: Request) -> None:
        if self._transport is None:
            return
        if self._door.draining:
            self.closing = True
        self._exchange = exchange = NativeExchange(self, self._transport, request)
        self._task = self._door.serve(exchange)

    def answered(self) -> None:
        """The answer is written; the next request of the pipeline, or the end."""
        self._give_back_buffer()
        self._exchange = self._task = None
        if self._transport is None:
            return
        if self.closing:
            self._transport.close()
        elif self._pending:
            self._serve(self._pending.popleft())
        else:
            self._deadline = self._loop.time() + self._door.limits.server_keep_alive_seconds

    def _give_back_buffer(self) -> None:
        if self._buffered:
            self._door.buffers(-self._buffered)
            self._buffered = 0

    def _refuse(self, error: GatewayError) -> None:
        """Answer in place of the door, read no more of the request, and close once the client could read why."""
        if self._transport is None or self._discarding:
            return
        self._discarding = self.closing = True
        self._give_back_buffer()
        if self._exchange is not None:
            self._transport.abort()  # an answer is under way: a second one cannot be put into it
            return
        self._deadline = self._loop.time() + LINGER_SECONDS
        request = self._request or Request()
        exchange = NativeExchange(self, self._transport, request)
        body = error.body()
        headers = (JSON, request_number(), *self._door.headers_for(request), *error.headers())
        exchange.start(error.status, headers, len(body))
        exchange.write(body)  # not `end`: the connection stays open until the client could read this
