"""A client's connection: reads requests within bounds, hands each to the door, and notices when the client leaves.

What it refuses by itself, before a request is anybody's: a head that is too large or too slow, a body that is too
large (before it is buffered) or too slow, whatever llhttp calls ambiguous (both lengths, folded lines, bare LF), two
of a header that may come once, a target that is not a path. What it cuts: answers left unread, connections left idle.
"""

import asyncio
from collections import deque
from io import BytesIO
from typing import cast

import httptools

from headway_gateway.errors import BodyTooSlow, GatewayError, InvalidRequest, Overloaded
from headway_gateway.front.door_protocol import Door
from headway_gateway.front.exchange import JSON
from headway_gateway.front.head_rules import ONCE, TWICE, fault_of, too_large
from headway_gateway.front.native_exchange import NativeExchange
from headway_gateway.front.offer import without_offer
from headway_gateway.front.request import Request, request_number

MAX_PIPELINED = 8
LINGER_SECONDS = 1.0
"""After a refusal in the middle of a body, so that the client reads the answer before the connection is reset."""
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


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
        "_line_ended",
        "_loop",
        "_parser",
        "_paused_since",
        "_peer",
        "_pending",
        "_reading_body",
        "_request",
        "_task",
        "_transport",
        "_unended",
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
        self._body: bytes | BytesIO = b""
        self._url = b""
        self._head_bytes = self._unended = self._body_bytes = self._buffered = 0
        self._line_ended = self._reading_body = self._discarding = False
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
        self._give_back_buffer(self._buffered)
        self._pending.clear()
        if self._task is not None:
            self._task.cancel()
            self._task = None
        del self._parser  # it holds this connection, which holds it: the collector would have to find them

    def check(self, now: float) -> None:
        """Deadlines: head, body, idle connection, unread answer."""
        transport = self._transport
        if transport is None:
            return
        if self._paused_since is not None and now - self._paused_since > self._door.limits.write_timeout_seconds:
            transport.abort()
        elif self._exchange is None and now > self._deadline:
            if transport.is_closing():
                transport.abort()  # what is written waits for a client that does not read
            elif self._reading_body and not self._discarding:
                self._refuse(BodyTooSlow("the request body did not arrive in time"))
            else:
                self._close()

    def close_when_idle(self) -> None:
        """The process is going: no further request on this connection."""
        self.closing = True
        if self._exchange is None and self._request is None:
            self._close()

    def _close(self) -> None:
        """Close once everything written is sent; a client that does not take it has `write_timeout_seconds`."""
        if self._transport is not None and not self._transport.is_closing():
            self._deadline = self._loop.time() + self._door.limits.write_timeout_seconds
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
        if self._exchange is None:
            self._next()
        elif self._exchange.source is not None:
            self._exchange.source.resume()

    # Reading requests

    def data_received(self, data: bytes) -> None:
        """Bytes of a request."""
        if self._discarding:
            return
        unread, self._line_ended = data, False
        while unread:
            unread = self._parse(unread)
        self._unended = 0 if self._line_ended else self._unended + len(data)  # the parser is silent until a line ends
        if max(self._head_bytes, self._unended) > self._door.limits.max_header_bytes and not self._discarding:
            self._refuse(InvalidRequest("the request head is too large"))

    def _parse(self, data: bytes) -> bytes:
        """Parse up to a head that offers another protocol; what is left is that request without the offer."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as stopped:
            request, transport = self._request, self._transport
            if request is None or self._discarding or transport is None or transport.is_closing():
                return b""
            self._parser = httptools.HttpRequestParser(self)
            return without_offer(request) + data[stopped.args[0] :]
        except httptools.HttpParserError:
            self._refuse(InvalidRequest("the request is not well-formed HTTP"))
        return b""

    def on_message_begin(self) -> None:
        """A request begins."""
        self._request = Request(peer=self._peer, arrived=self._loop.time())
        self._headers = {}
        self._body = b""
        self._url = b""
        self._head_bytes = self._body_bytes = 0
        self._line_ended = True
        self._deadline = self._request.arrived + self._door.limits.header_timeout_seconds

    def on_url(self, url: bytes) -> None:
        """A piece of the target."""
        self._url += url
        self._head_bytes += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header line."""
        self._head_bytes += len(name) + len(value) + 4
        self._line_ended = True
        if self._reading_body:
            return  # behind the last chunk: what was decided by the head stays decided
        name = name.lower()
        if name not in self._headers:
            self._headers[name] = value
        elif name in ONCE:
            self._headers[TWICE] = name
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
        fault = fault_of(request, self._head_bytes, self._door.limits)
        if fault is None and self._parser.should_upgrade():
            return  # read again, without the offer
        fault = fault or self._door.refusal(request)
        if fault is not None:
            self._refuse(fault)
            return
        self._reading_body = True
        self._deadline = self._loop.time() + self._door.limits.body_timeout_seconds
        expects = self._headers.get(b"expect", b"").lower() == b"100-continue"
        if expects and self._exchange is None and self._transport is not None:
            self._transport.write(CONTINUE)  # never into the middle of an earlier answer

    def on_chunk_header(self) -> None:
        """A chunk begins; behind the last one lines may follow."""
        self._line_ended = True

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._line_ended = True
        if self._discarding:
            return
        self._body_bytes += len(body)
        if self._body_bytes > self._door.limits.max_body_bytes:
            self._refuse(too_large(self._door.limits))
        elif not self._door.buffers(len(body)):
            self._refuse(Overloaded("this server holds as many request bodies as it may", retry_after_seconds=1))
        else:
            self._buffered += len(body)
            if isinstance(self._body, BytesIO):
                self._body.write(body)
            elif self._body:
                first, self._body = self._body, BytesIO()  # gives its value without a copy
                self._body.write(first)
                self._body.write(body)
            else:
                self._body = body

    def on_message_complete(self) -> None:
        """The request is whole, unless it ends at its head for an offer alone."""
        if self._parser.should_upgrade():
            return
        request, self._request = self._request, None
        self._reading_body = False
        if request is None or self._discarding:
            return
        body, self._body = self._body, b""
        request.body = body.getvalue() if isinstance(body, BytesIO) else body
        if not self._parser.should_keep_alive():
            self.closing = True
        request.size = self._body_bytes
        if len(self._pending) < MAX_PIPELINED:
            self._pending.append(request)
            self._next()
        elif self._transport is not None:
            self._transport.abort()

    # Answering

    def _next(self) -> None:
        """Serve the next request, if there is one and the client has taken the answers before it."""
        if self._exchange is not None or self._paused_since is not None or self._transport is None:
            return
        if not self._pending or self._transport.is_closing():
            return
        if self._door.draining:
            self.closing = True
        request = self._pending.popleft()
        self._exchange = exchange = NativeExchange(self, self._transport, request)
        self._task = self._door.serve(exchange)

    def answered(self) -> None:
        """The answer is written; the next request of the pipeline, or the end."""
        if self._exchange is not None:
            self._give_back_buffer(self._exchange.request.size)
        self._exchange = self._task = None
        if self.closing:
            self._close()
            return
        if self._request is None:  # else the next one has begun, and its own bounds hold
            self._deadline = self._loop.time() + self._door.limits.server_keep_alive_seconds
        self._next()

    def _give_back_buffer(self, size: int) -> None:
        """Bytes of bodies that are no longer kept."""
        if size:
            self._door.buffers(-size)
            self._buffered -= size

    def _refuse(self, error: GatewayError) -> None:
        """Answer in place of the door, read no more of the request, and close once the client could read why."""
        if self._transport is None or self._discarding:
            return
        self._discarding = self.closing = True
        self._give_back_buffer(self._buffered)
        if self._exchange is not None or self._pending:
            self._transport.abort()  # another answer is due first: this one cannot be put into its place
            return
        self._deadline = self._loop.time() + LINGER_SECONDS
        request = self._request or Request()
        exchange = NativeExchange(self, self._transport, request)
        body = error.body()
        headers = (JSON, request_number(), *self._door.headers_for(request), *error.headers())
        exchange.start(error.status, headers, len(body))
        exchange.write(body)  # not `end`: the other direction stays open until the client could read this
        self._transport.write_eof()
