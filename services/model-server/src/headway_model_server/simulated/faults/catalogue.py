"""The faults, each with what it does, where it strikes, and the value it has unless one is stated."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Place = Literal["request", "server"]


@dataclass(frozen=True)
class FaultKind:
    """One fault that can be switched on."""

    name: str
    place: Place
    """`request`: each request draws whether it meets it; `server`: it holds while it is on."""
    default: float | None
    """Its value where none is stated; `None` for a fault that has none."""
    meaning: str
    """What happens; VALUE stands for its value."""


KINDS: Mapping[str, FaultKind] = {
    kind.name: kind
    for kind in (
        FaultKind("die-before-first-byte", "request", None, "the connection is reset in place of an answer"),
        FaultKind(
            "die-mid-stream", "request", 3, "the connection is reset after VALUE events; half a body without a stream"
        ),
        FaultKind("hang-before-headers", "request", None, "nothing is ever answered"),
        FaultKind("stall-mid-stream", "request", 3, "after VALUE events nothing more comes, and no end"),
        FaultKind("overloaded", "request", 503, "status VALUE (429 or 503) with Retry-After"),
        FaultKind("bad-json", "request", 2, "event VALUE is cut in the middle of its JSON; so is a body"),
        FaultKind("huge-chunk", "request", 1_048_576, "the second event carries VALUE bytes of text"),
        FaultKind("no-done", "request", None, "the stream ends without [DONE]"),
        FaultKind("wrong-content-type", "request", None, "the answer says that it is text/html"),
        FaultKind("split-utf8", "request", None, "a character of several bytes is split over two writes"),
        FaultKind("gzip", "request", None, "the answer is compressed though nobody asked for it"),
        FaultKind(
            "refuse", "server", 0, "nothing listens for VALUE seconds, connections are reset; 0: until it is off"
        ),
        FaultKind(
            "drain",
            "server",
            None,
            "as a vLLM without a launcher after SIGTERM: running requests go on, new ones get 500",
        ),
        FaultKind(
            "engine-crash", "server", None, "the engine dies: streams end with an error, /health says 503, exit 1"
        ),
        FaultKind("slow", "server", 4, "every step takes VALUE times as long"),
    )
}
"""By name. F1 to F11 of a gateway's backend, a crash of the engine, and a slow replica."""
RETRY_AFTER_SECONDS = 7
"""What an overloaded engine asks for."""
