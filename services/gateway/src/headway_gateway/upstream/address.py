"""Where a replica answers."""

import ssl
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit


class BadAddress(ValueError):
    """Not the address of an HTTP server."""


@dataclass(frozen=True, slots=True)
class Address:
    """A host and port; `server_name` is what `Host` says, fixed by configuration and never by a client."""

    host: str
    port: int
    server_name: str
    tls: bool = False

    @classmethod
    def parse(cls, url: str) -> "Address":
        """Read `http://host:port` or `https://…`. Raises `BadAddress` for anything else."""
        try:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError as error:
            raise BadAddress(f"{url!r} is not an address: {error}") from None
        plain = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username)
        if parts.scheme not in ("http", "https") or not parts.hostname or not plain:
            raise BadAddress(f"{url!r} is not an address like http://host:8000")
        return cls(parts.hostname, port, parts.netloc, parts.scheme == "https")

    def at(self, host: str, port: int | None = None) -> "Address":
        """The same server's name at one of its addresses."""
        return Address(host, port or self.port, self.server_name, self.tls)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@cache
def tls_context() -> ssl.SSLContext:
    """Certificates are checked against the system's authorities."""
    return ssl.create_default_context()
