"""One replica of a model: its connections, what it has in work, and whether it is left alone for now."""

import asyncio
from dataclasses import dataclass, field

from headway_gateway.errors import UpstreamFailed
from headway_gateway.upstream.address import Address, tls_context
from headway_gateway.upstream.connection import UpstreamConnection

MAX_IDLE_CONNECTIONS = 1024
LONGEST_EJECTION = 2
"""A replica that fails its tries is left alone longer, up to this many times `ejection_seconds`; back, it is found then."""


@dataclass(slots=True, eq=False)
class Replica:
    """A model server that answers at one address."""

    address: Address
    connect_timeout_seconds: float
    ejection_failures: int
    ejection_seconds: float
    outstanding: int = 0
    failures: int = 0
    """Failures in a row."""
    ejected_until: float = 0.0
    """Loop time until which it is left alone."""
    ejections: int = 0
    """Ejections in a row; a success ends them."""
    trying: bool = False
    """A request is finding out whether it is back."""
    gone: bool = False
    """No longer listed; what it has in work goes on."""
    idle: list[UpstreamConnection] = field(default_factory=list)

    def may_be_asked(self, now: float) -> bool:
        """Not ejected, or due for the one request that tries it."""
        if self.ejections == 0:
            return now >= self.ejected_until
        return now >= self.ejected_until and not self.trying

    def take(self) -> None:
        """A request is sent to it."""
        self.outstanding += 1
        if self.ejections:
            self.trying = True

    def release(self) -> None:
        """The request is over; one that left without a verdict does not keep the next from trying."""
        self.outstanding -= 1
        self.trying = False

    def succeeded(self) -> None:
        """It answered."""
        self.failures = self.ejections = 0
        self.trying = False

    def failed(self, now: float) -> bool:
        """It did not. True when this ejects it."""
        self.failures += 1
        if not self.trying and self.failures < self.ejection_failures:
            return False
        already = now < self.ejected_until
        self.trying = False
        if already:
            return False
        self.ejections += 1
        self.ejected_until = now + self.ejection_seconds * min(2 ** (self.ejections - 1), LONGEST_EJECTION)
        self.close()
        return True

    def set_aside(self, until: float) -> None:
        """It asked to be left alone (`Retry-After`, draining): no failure of its own."""
        self.trying = False
        self.ejected_until = max(self.ejected_until, until)

    async def connect(self) -> UpstreamConnection:
        """An idle connection, or a new one. Raises `UpstreamFailed` when none comes about in time."""
        while self.idle:
            connection = self.idle.pop()
            if not connection.closed:
                return connection
        loop = asyncio.get_running_loop()
        address = self.address
        try:
            async with asyncio.timeout(self.connect_timeout_seconds):
                _, connection = await loop.create_connection(
                    UpstreamConnection,
                    address.host,
                    address.port,
                    ssl=tls_context() if address.tls else None,
                    server_hostname=address.server_name.rsplit(":", 1)[0] if address.tls else None,
                )
        except (OSError, TimeoutError):
            raise UpstreamFailed("no connection to the model server") from None
        return connection

    def give_back(self, connection: UpstreamConnection) -> None:
        """Keep a connection for the next request."""
        if not connection.closed and not self.gone and len(self.idle) < MAX_IDLE_CONNECTIONS:
            self.idle.append(connection)
        else:
            connection.abort()

    def retire(self) -> None:
        """It is no longer listed: keep no connection to it."""
        self.gone = True
        self.close()

    def close(self) -> None:
        """Close idle connections; those in use end with their answers."""
        while self.idle:
            self.idle.pop().abort()
