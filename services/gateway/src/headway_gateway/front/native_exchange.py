"""The native door's exchange: an answer written straight to the client's socket."""

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING

from headway_gateway.front.exchange import Flow, Headers
from headway_gateway.front.request import Request

if TYPE_CHECKING:
    from headway_gateway.front.connection import ClientConnection

_PHRASES = {status.value: status.phrase for status in HTTPStatus}
STATUS_LINES = [f"HTTP/1.1 {status} {_PHRASES.get(status, '')}\r\n".encode() for status in range(1000)]
"""By status; one that has no name of its own has an empty phrase, as RFC 9112 allows."""


class NativeExchange:
    """One request of a client connection. The head leaves together with the first piece of the body."""

    __slots__ = ("_chunked", "_connection", "_head", "_sends_body", "_transport", "request", "source", "started")

    def __init__(self, connection: "ClientConnection", transport: asyncio.Transport, request: Request) -> None:
        self._connection = connection
        self._transport = transport
        self._head = b""
        self._chunked = False
        self._sends_body = request.method != b"HEAD"
        self.request = request
        self.started = False
        self.source: Flow | None = None

    def start(self, status: int, headers: Headers, length: int | None) -> None:
        """See `Exchange.start`."""
        self.started = True
        lines = [STATUS_LINES[status], b"date: ", self._connection.date, b"\r\n"]
        for name, value in headers:
            lines += (name, b": ", value, b"\r\n")
        if length is not None:
            lines.append(b"content-length: %d\r\n" % length)
        elif self.request.http_version == "1.1":
            self._chunked = True
            lines.append(b"transfer-encoding: chunked\r\n")
        else:
            self._connection.close_after_answer()
        if self._connection.closing:
            lines.append(b"connection: close\r\n")
        lines.append(b"\r\n")
        self._head = b"".join(lines)

    def write(self, data: bytes) -> None:
        """See `Exchange.write`."""
        head, self._head = self._head, b""
        if not self._sends_body:
            self._transport.write(head)
        elif self._chunked:
            self._transport.write(b"%b%x\r\n%b\r\n" % (head, len(data), data))
        else:
            self._transport.write(head + data)

    def end(self) -> None:
        """See `Exchange.end`."""
        head, self._head = self._head, b""
        if self._chunked and self._sends_body:
            head += b"0\r\n\r\n"
        if head:
            self._transport.write(head)
        self._connection.answered()

    def reset(self) -> None:
        """See `Exchange.reset`."""
        self._transport.abort()
