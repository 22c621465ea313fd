"""A request as its client sent it, with nothing believed yet."""

import os
from dataclasses import dataclass, field

from headway_gateway.identity.client import Client


@dataclass(slots=True)
class Request:
    """Head and body of one request; header names are in lower case, repeated ones joined by commas."""

    method: bytes = b""
    path: bytes = b""
    """The raw path, as sent: what is decided by a path is decided by this one."""
    query: bytes = b""
    headers: dict[bytes, bytes] = field(default_factory=dict)
    peer: str = ""
    """Address of the other end of the connection."""
    body: bytes = b""
    size: int = 0
    """Bytes of the body as it came; `body` is let go once it is understood."""
    arrived: float = 0.0
    """Loop time of its first byte."""
    http_version: str = "1.1"
    client: Client | None = None
    """Who asks, once that is known."""

    @property
    def states_body(self) -> bool:
        """Whether its head says that bytes of a body follow."""
        return b"transfer-encoding" in self.headers or self.headers.get(b"content-length", b"").strip(b"0 \t") != b""


def request_number() -> tuple[bytes, bytes]:
    """The header that numbers an answer; never taken from a client (CVE-2026-116176)."""
    return b"x-request-id", os.urandom(16).hex().encode()
