"""What an answer is written to. The relay knows only this; the native door and the ASGI door implement it."""

from collections.abc import Sequence
from typing import Protocol

from headway_gateway.front.request import Request

Headers = Sequence[tuple[bytes, bytes]]


class Flow(Protocol):
    """A source that can wait while its reader does."""

    def pause(self) -> None:
        """Send nothing more for now."""

    def resume(self) -> None:
        """Go on."""


class Exchange(Protocol):
    """One request and its answer. A client that leaves cancels the task that serves it."""

    request: Request
    started: bool
    """The status line is out: from here on an error can only be told inside the body."""
    source: Flow | None
    """What is paused while the client does not read."""

    def start(self, status: int, headers: Headers, length: int | None) -> None:
        """Status and headers; `length` is the body's, None where it is not known."""

    def write(self, data: bytes) -> None:
        """A piece of the body."""

    def end(self) -> None:
        """The body is complete."""

    def reset(self) -> None:
        """Cut the connection: the answer cannot be completed and must not look complete."""


JSON = (b"content-type", b"application/json")


def answer(exchange: Exchange, status: int, body: bytes, headers: Headers = ()) -> None:
    """A whole JSON answer."""
    exchange.start(status, (JSON, *headers), len(body))
    if body:
        exchange.write(body)
    exchange.end()
