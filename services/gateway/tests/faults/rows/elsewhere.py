"""Crowds in a process of their own, so that only the gateway is shared with those who measure."""

import resource
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from time import monotonic

OPEN_FILES = 16_384
ALONE_SECONDS = 4.0
ROUNDS = 3
"""Of each crowd, with the good clients alone before each: a p99 of a few hundred answers is a handful of them."""
P99_RATIO = 1.5


@contextmanager
def elsewhere() -> Iterator[ProcessPoolExecutor]:
    """A process that may have thousands of connections."""
    with ProcessPoolExecutor(1, get_context("spawn"), many_files) as pool:
        yield pool


def many_files() -> None:
    """As many open files as this machine lets a process have, up to `OPEN_FILES`."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, OPEN_FILES), hard))


def after(seconds: float) -> Callable[[], bool]:
    """Whether so many seconds are over since now."""
    end = monotonic() + seconds
    return lambda: monotonic() > end
