"""What everybody may listen to: scaling events, faults, and plain words for the log."""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

Message = tuple[str, dict[str, Any]]
BACKLOG = 256
"""Messages that a slow listener may be behind before it loses some."""


class Watch:
    """Hands messages to all listeners; none of them can hold the run up."""

    def __init__(self, real_seconds: Callable[[], float]) -> None:
        self._real_seconds = real_seconds
        self._listeners: set[MemoryObjectSendStream[Message]] = set()

    def publish(self, event: str, content: dict[str, Any]) -> None:
        """Gives a message to everybody who keeps up."""
        for listener in tuple(self._listeners):
            try:
                listener.send_nowait((event, content))
            except (anyio.WouldBlock, anyio.BrokenResourceError, anyio.ClosedResourceError):
                continue

    def close(self) -> None:
        """Ends every listener's stream."""
        for listener in tuple(self._listeners):
            listener.close()

    def say(self, text: str) -> None:
        """One line for the person at the terminal."""
        sys.stderr.write(f"{self._real_seconds():7.1f}  {text}\n")
        sys.stderr.flush()

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[MemoryObjectReceiveStream[Message]]:
        """A stream of the messages from now on."""
        send, receive = anyio.create_memory_object_stream[Message](BACKLOG)
        self._listeners.add(send)
        try:
            yield receive
        finally:
            self._listeners.discard(send)
            send.close()
            receive.close()
