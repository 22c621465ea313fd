"""Simulated time: real time, `speed` times as fast."""

import asyncio
import time

SHORTEST_SLEEP_SECONDS = 0.0005
"""Below half the event loop's resolution of a millisecond, waiting would take longer than what is waited for."""


class Clock:
    """Seconds since it was made."""

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self._began = time.monotonic()

    def now(self) -> float:
        """Simulated seconds."""
        return (time.monotonic() - self._began) * self.speed

    async def sleep(self, seconds: float) -> None:
        """Waits for so many simulated seconds; always lets others run."""
        real = seconds / self.speed
        await asyncio.sleep(real if real > SHORTEST_SLEEP_SECONDS else 0)
