"""One HTTP/1.1 connection to a model server, driven by callbacks.

The gateway's data path is its own because it is where a gateway is slow: with a general client library every answer
crosses a session, a response object and a stream reader, which costs more than the two system calls that move the
bytes (decision 0014 has the figures). Parsing stays with llhttp (`httptools`).

A `Receiver` gets what one `feed` of the socket brought as one piece, so that a burst of events is one write.
"""

import asyncio
import socket
from dataclasses import dataclass, field
from typing import Protocol, cast

import httptools

from headway_gateway.errors import GatewayError, UpstreamFailed, UpstreamMalformed

MAX_HEAD_BYTES = 65_536
RECEIVE_BUFFER_BYTES = 131_072
"""Of the kernel, which doubles it; enough for 100 MB/s at a millisecond."""


@dataclass(slots=True)
class AnswerHead:
    """Status and headers of a model server's answer; names are in lower case."""

    status: int
    headers: dict[bytes, bytes] = field(default_factory=dict)


class Receiver(Protocol):
    """What hears about an answer; nothing is called after `done` or `failed`."""

    def head(self, head: AnswerHead) -> None:
        """Status and headers are complete."""

    def data(self, data: bytes) -> None:
        """A piece of the body, without framing."""

    def done(self) -> None:
        """The answer is complete."""

    def failed(self, error: GatewayError) -> None:
        """It never will be."""


class UpstreamConnection(asyncio.Protocol):
    """A connection that serves one request at a time and may be used again after a complete answer."""

    __slots__ = (
        "_body",
        "_complete",
        "_head",
        "_head_bytes",
        "_keeps_alive",
        "_parser",
        "_paused",
        "_receiver",
        "_transport",
        "closed",
        "served",
    )

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._receiver: Receiver | None = None
        self._body: list[bytes] = []
        self._parser = httptools.HttpResponseParser(self)
        self._head = AnswerHead(0)
        self._head_bytes = 0
        self._complete = self._keeps_alive = self._paused = False
        self.closed = False
        self.served = 0

    # What the relay does with it.

    def send(self, request: bytes, receiver: Receiver) -> None:
        """Write a whole request; the answer goes to `receiver`."""
        self._receiver = receiver
        self._complete = False
        self._head = AnswerHead(0)
        self._head_bytes = 0
        if self._transport is not None:
            self._transport.write(request)

    def abort(self) -> None:
        """Close at once and tell nobody: the model server sees its client leave."""
        self._receiver = None
        self.closed = True
        if self._transport is not None:
            self._transport.abort()

    def pause(self) -> None:
        """Stop reading while the client does not; between answers there is nothing to stop."""
        if self._transport is not None and self._receiver is not None and not self.closed:
            self._paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read again."""
        if self._paused and self._transport is not None and not self.closed:
            self._paused = False
            self._transport.resume_reading()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; what the kernel takes ahead of a slow client is bounded, not grown with the stream."""
        self._transport = cast(asyncio.Transport, transport)
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)

    def data_received(self, data: bytes) -> None:
        """Parse, then hand on what came as one piece."""
        receiver = self._receiver
        if receiver is None:
            # Nobody asked: bytes outside an answer make the connection unusable.
            self.abort()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail(UpstreamMalformed("the model server's answer is not HTTP"))
            return
        if self._receiver is None:
            return  # given up because of its head
        if not self._head.status:
            self._head_bytes += len(data)  # the parser says nothing of a line before its end
        if self._head_bytes > MAX_HEAD_BYTES:
            self._fail(UpstreamMalformed("the model server's answer has too large a head"))
            return
        if self._body:
            body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
            self._body.clear()
            receiver.data(body)
        if self._complete and self._receiver is not None:
            self._receiver = None
            self.served += 1
            self.resume()  # the client may have paused it with this very piece
            if not self._keeps_alive:
                self.abort()
            receiver.done()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  the same for every reason
        """An answer that was not complete has failed."""
        self.closed = True
        if self._receiver is not None and self._ended_by_close():
            receiver, self._receiver = self._receiver, None
            receiver.done()
        self._fail(UpstreamFailed("the model server closed the connection before its answer was complete"))
        del self._parser  # it holds this connection, which holds it: the collector would have to find them

    def _ended_by_close(self) -> bool:
        """Whether the answer said neither length nor chunks, so that its end is the connection's (HTTP/1.0)."""
        headers = self._head.headers
        return bool(self._head.status and b"content-length" not in headers and b"transfer-encoding" not in headers)

    def _fail(self, error: GatewayError) -> None:
        receiver, self._receiver = self._receiver, None
        self.closed = True
        if self._transport is not None:
            self._transport.abort()
        if receiver is not None:
            receiver.failed(error)

    # httptools callbacks

    def on_message_begin(self) -> None:
        """An answer begins; a second one to the same request is not taken for a part of the first."""
        if self._complete:
            raise UpstreamMalformed("the model server answered twice")

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header line."""
        self._head.headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        """The head is whole; 1xx heads are not the answer, and what is below is no status."""
        status = self._parser.get_status_code()
        if status < 100:
            raise UpstreamMalformed("the model server's answer has no status")
        if status >= 200 and self._receiver is not None:
            self._head.status = status
            self._receiver.head(self._head)

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """The end of an answer, or of a 1xx head."""
        if self._head.status >= 200:
            self._complete = True
            self._keeps_alive = self._parser.should_keep_alive()
        else:
            self._head = AnswerHead(0)
