"""How often a call of the object store is tried again, and for how long."""

import asyncio
import random

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0
CALLS_OF_FULL_LENGTH = 3
"""A call that hangs leaves time for two more: S3 asks its clients to try anew rather than to wait for a slow answer."""
MAX_TRIES = 10


class Tries:
    """Tries of one operation within a bound, with full jitter between them."""

    def __init__(self, within_seconds: float) -> None:
        self._one_seconds = one_call_seconds(within_seconds)
        self._deadline = asyncio.get_running_loop().time() + within_seconds
        self._left = MAX_TRIES
        self._pause = 0.0

    def bound(self) -> float:
        """Longest that a call begun now may take, in seconds; 0 when the time is over."""
        return max(0.0, min(self._one_seconds, self._deadline - asyncio.get_running_loop().time()))

    async def another(self) -> bool:
        """Whether there is time for one more try, once its turn has come; the first one's is at once."""
        if self._pause:
            pause = random.uniform(0, self._pause)  # noqa: S311  spreads load, hides nothing
            await asyncio.sleep(min(pause, self.bound()))
        self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS) or FIRST_PAUSE_SECONDS
        self._left -= 1
        return self._left >= 0 and self.bound() > 0


def one_call_seconds(within_seconds: float) -> float:
    """Longest wait for a single call of an operation that may take `within_seconds`."""
    return within_seconds / CALLS_OF_FULL_LENGTH
