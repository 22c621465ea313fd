"""Waits on conditions, with a bound."""

import time
from collections.abc import Callable

POLL_SECONDS = 0.005


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Waits until it holds. Raises `AssertionError` when it does not within `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition never held"
        time.sleep(POLL_SECONDS)
