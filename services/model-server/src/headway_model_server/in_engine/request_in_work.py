"""One request on its way through the engine: how its answer goes, and how it is ended from outside."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headway_model_server.in_engine import refusal


class RequestInWork:
    """Follows the answer by its messages; nothing is held back or rewritten."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._task = asyncio.current_task()
        self._cut = False
        self._left = False
        self._streams = False
        self.code = 0
        """HTTP status of the answer; 0 before it began."""
        self.whole = False
        """Whether the last byte was sent."""

    @property
    def status(self) -> str:
        """How it ended: `success`, `error` or `aborted`."""
        if self._left:
            return "aborted"  # vLLM then answers 200 and `null` to nobody
        if self._cut or self.code >= 400:
            return "error"
        return "success" if self.whole else "aborted"

    async def run(self, app: ASGIApp, scope: Scope, receive: Receive) -> None:
        """Lets the engine answer; a cut ends in an answer as well."""

        async def hear() -> Message:
            message = await receive()
            if message["type"] == "http.disconnect" and not self.whole:
                self._left = True
            return message

        try:
            await app(scope, hear, self._follow)
        except asyncio.CancelledError:
            if not self._cut or self._task is None:
                raise
            self._task.uncancel()
            if scope["type"] == "websocket":
                await self._send({"type": "websocket.close", "code": 1001, "reason": refusal.CUT})
            else:
                await self._tell_of_the_cut()

    def cut(self) -> bool:
        """Cancels the engine's work on it; whether there was anything left to cancel."""
        if self.whole or self._cut or self._task is None:
            return False
        self._cut = True
        return self._task.cancel()

    async def _follow(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.code = message["status"]
            self._streams = any(
                name.lower() == b"content-type" and value.startswith(b"text/event-stream")
                for name, value in message["headers"]
            )
        await self._send(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self.whole = True

    async def _tell_of_the_cut(self) -> None:
        if self.code == 0:
            for message in refusal.unavailable(refusal.CUT):
                await self._send(message)
        elif self._streams and not self.whole:
            await self._send(refusal.last_event())
