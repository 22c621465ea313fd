"""One replica of a model: its connections, what it has in work, and whether it is left alone for now."""

import asyncio
from dataclasses import dataclass, field

from headway_gateway.errors import UpstreamFailed
from headway_gateway.upstream.address import Address, tls_context
from headway_gateway.upstream.connection import UpstreamConnection

MAX_IDLE_CONNECTIONS = 1024
LONGEST_EJECTION = 2
"""A replica that fails its tries is left alone longer, up to this many times `ejection_seconds`; back, it is found then."""

LONGEST_FAREWELL_SECONDS = 30
"""Longest that one which says that it is going is left alone: whatever starts at its address is found then."""


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
    tried_until: float = 0.0
    """Loop time until which the request that finds out whether it is back keeps others away."""
    farewells: int = 0
    """How often in a row it said that it is going."""
    answered_at: float = 0.0
    """Loop time of its last answer."""
    gone: bool = False
    """No longer listed; what it has in work goes on."""
    idle: list[UpstreamConnection] = field(default_factory=list)

    def may_be_asked(self, now: float) -> bool:
        """Not ejected, or due for the one request that tries it."""
        return now >= self.ejected_until and (self.ejections == 0 or now >= self.tried_until)

    def take(self, now: float) -> bool:
        """A request is sent to it. True where it is the try of an ejected replica, whose verdict alone counts."""
        self.outstanding += 1
        if self.ejections == 0 or now < self.tried_until:
            return False
        self.tried_until = now + self.ejection_seconds
        return True

    def release(self, trial: bool) -> None:
        """The request is over; a try that left without a verdict does not keep the next from trying."""
        self.outstanding -= 1
        if trial:
            self.tried_until = 0.0

    def began(self) -> None:
        """Its try brings the first of a stream: it is back, and the next failure ejects it again."""
        self.ejections = 0
        self.failures = self.ejection_failures - 1
        self.tried_until = 0.0

    def succeeded(self, now: float, trial: bool) -> None:
        """It answered. An answer to a request from before its ejection does not say that it is back."""
        self.answered_at = now
        self.farewells = 0
        if trial or self.ejections == 0:
            self.failures = self.ejections = 0

    def failed(self, now: float, trial: bool) -> bool:
        """It did not. True when this ejects it."""
        if self.ejections and not trial:
            return False
        self.failures += 1
        if not trial and self.failures < self.ejection_failures:
            return False
        self.ejections += 1
        pause = self.ejection_seconds * min(2 ** (self.ejections - 1), LONGEST_EJECTION)
        self.ejected_until = max(self.ejected_until, now + pause)
        self.close()
        return True

    def leaving(self, now: float) -> None:
        """It said that it is going. It may stay listed for minutes, so each time it is left alone for longer."""
        pause = min(self.ejection_seconds * 2**self.farewells, max(self.ejection_seconds, LONGEST_FAREWELL_SECONDS))
        self.farewells += 1
        self.set_aside(now + pause)

    def set_aside(self, until: float) -> None:
        """It asked to be left alone (`Retry-After`): no failure of its own."""
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
