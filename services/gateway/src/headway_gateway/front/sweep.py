"""One clock for every deadline of the process.

A timer for each wait of each stream would be armed and cancelled with every token. Instead, whoever waits says so
once and is asked four times a second whether its time is over, so an error comes at most a quarter of a second late.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from email.utils import formatdate
from typing import Protocol

import structlog

log = structlog.get_logger()
INTERVAL_SECONDS = 0.25


class Watched(Protocol):
    """Something with a deadline."""

    def check(self, now: float) -> None:
        """Act if a deadline has passed; `now` is loop time."""


class Sweep:
    """Asks everything watched, and every listener, at each tick."""

    def __init__(self) -> None:
        self._watched: set[Watched] = set()
        self._listeners: list[Callable[[float], None]] = []
        self.date = formatdate(usegmt=True).encode()
        """The time of day for `Date` headers."""
        self.watch = self._watched.add
        self.forget = self._watched.discard

    def every_tick(self, listener: Callable[[float], None]) -> None:
        """Call `listener(now)` at each tick for as long as the process runs."""
        self._listeners.append(listener)

    def tick(self, now: float) -> None:
        """One round."""
        self.date = formatdate(usegmt=True).encode()
        for watched in tuple(self._watched):
            _ask(watched.check, now)
        for listener in self._listeners:
            _ask(listener, now)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(INTERVAL_SECONDS)
            self.tick(loop.time())

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tick until the block ends."""
        task = asyncio.get_running_loop().create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def _ask(asked: Callable[[float], None], now: float) -> None:
    """One that fails must not stop the clock of all the others."""
    try:
        asked(now)
    except Exception as error:
        log.error("deadline_not_checked", fault=type(error).__name__)
