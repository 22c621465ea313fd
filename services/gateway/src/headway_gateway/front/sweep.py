"""One clock for every deadline of the process.

A timer for each wait of each stream would be armed and cancelled with every token. Instead, whoever waits says so
once and is asked four times a second whether its time is over, so an error comes at most half a second late.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from email.utils import formatdate
from typing import Protocol

import structlog

log = structlog.get_logger()
INTERVAL_SECONDS = 0.25
READING_SECONDS = 0.001
"""For a turn of the loop where this process was held up: what came meanwhile is read before anything is called late."""
SLICE = 4
"""Asked in one turn: deadlines that pass together are spread over a round, so that nobody else waits for all of them."""
MOST_TURNS = 125
"""Of a round, two milliseconds each: the loop's timers count in milliseconds. With more to ask, a turn asks more."""


class Watched(Protocol):
    """Something with a deadline."""

    def check(self, now: float) -> None:
        """Act if a deadline has passed; `now` is loop time."""


class Sweep:
    """Asks everything watched, and every listener, once a round."""

    def __init__(self) -> None:
        self._watched: set[Watched] = set()
        self._listeners: list[Callable[[float], None]] = []
        self.date = formatdate(usegmt=True).encode()
        """The time of day for `Date` headers."""
        self.watch = self._watched.add
        self.forget = self._watched.discard

    def every_round(self, listener: Callable[[float], None]) -> None:
        """Call `listener(now)` at the end of each round for as long as the process runs."""
        self._listeners.append(listener)

    async def round(self, seconds: float) -> None:
        """Ask everything once, in slices spread over `seconds`, then every listener."""
        loop = asyncio.get_running_loop()
        self.date = formatdate(usegmt=True).encode()
        watched = tuple(self._watched)
        turns = min(max(1, -(-len(watched) // SLICE)), MOST_TURNS)
        for turn in range(turns):
            asked = loop.time()
            await asyncio.sleep(seconds / turns)
            if loop.time() - asked > seconds / turns + INTERVAL_SECONDS:
                await asyncio.sleep(READING_SECONDS)
            now = loop.time()
            for each in watched[turn::turns]:
                if each in self._watched:  # else it ended in an earlier turn
                    _ask(each.check, now)
        for listener in self._listeners:
            _ask(listener, loop.time())

    async def _run(self) -> None:
        while True:
            await self.round(INTERVAL_SECONDS)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Go round until the block ends."""
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
