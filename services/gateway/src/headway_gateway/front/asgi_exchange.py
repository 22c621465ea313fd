"""The ASGI door's exchange: the same relay under any ASGI server (tests, tools, an unusual deployment)."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from headway_gateway.front.exchange import Flow, Headers
from headway_gateway.front.request import Request

Message = MutableMapping[str, Any]
HIGH_WATER_BYTES = 65_536


class AsgiExchange:
    """An answer that becomes ASGI messages; `send_all` sends them until the answer is complete."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.started = False
        self.source: Flow | None = None
        self._messages: deque[Message] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()
        self._broken = self._left = False

    def start(self, status: int, headers: Headers, length: int | None) -> None:
        """See `Exchange.start`."""
        self.started = True
        sized = [] if length is None else [(b"content-length", b"%d" % length)]
        self._put({"type": "http.response.start", "status": status, "headers": [*headers, *sized]})

    def write(self, data: bytes) -> None:
        """See `Exchange.write`."""
        self._bytes += len(data)
        if self._bytes > HIGH_WATER_BYTES and self.source is not None:
            self.source.pause()
        self._put({"type": "http.response.body", "body": data, "more_body": True})

    def end(self) -> None:
        """See `Exchange.end`."""
        self._put({"type": "http.response.body", "body": b"", "more_body": False})

    def reset(self) -> None:
        """See `Exchange.reset`: the server cuts the connection of an application that fails."""
        self._broken = True
        self._wake.set()

    def left(self) -> None:
        """The client is gone: nobody reads what is still to be sent."""
        self._left = True
        self._wake.set()

    def _put(self, message: Message) -> None:
        self._messages.append(message)
        self._wake.set()

    async def send_all(self, send: Callable[[Message], Awaitable[None]]) -> None:
        """Send what is written until it is complete or the client left. Raises `ConnectionAbortedError` after `reset`."""
        more = True
        while more and not self._left:
            await self._wake.wait()
            self._wake.clear()
            while self._messages and not self._left:
                message = self._messages.popleft()
                await send(message)
                more = message.get("more_body", True)
                self._bytes -= len(message.get("body", b""))
                if self._bytes == 0 and self.source is not None:
                    self.source.resume()
            if self._broken:
                raise ConnectionAbortedError
