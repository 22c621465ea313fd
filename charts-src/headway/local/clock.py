"""The cluster's time: real time, `speed` times as fast."""

import time

import anyio

NANOSECONDS = 1_000_000_000


class Clock:
    """Seconds of the cluster since the run began."""

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self._began = time.monotonic()

    def now(self) -> float:
        """Seconds of the cluster."""
        return self.real() * self.speed

    def real(self) -> float:
        """Seconds on the wall."""
        return time.monotonic() - self._began

    def nanoseconds(self) -> int:
        """The cluster's time as KEDA and the HPA take it."""
        return int(self.now() * NANOSECONDS)

    async def sleep(self, seconds: float) -> None:
        """Waits for so many seconds of the cluster."""
        await anyio.sleep(max(0.0, seconds / self.speed))
