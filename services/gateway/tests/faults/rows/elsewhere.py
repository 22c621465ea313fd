"""Good clients by themselves, then beside a crowd, so that only the gateway is shared with those who measure.

A crowd, and the model server that it alone asks, stand for machines other than the gateway's. Here they have its two
cores to share, so they run in a process of their own that gives way to any other (`SCHED_IDLE`). No garbage collector
runs where time is measured, since one pass over what the fault suite has loaded takes longer than the answers timed.
"""

import asyncio
import gc
import os
import resource
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from time import monotonic
from typing import ParamSpec, TypeVar

from faults.criterion import Criterion, beside_alone, none
from faults.slowloris import Measured, good_until

P = ParamSpec("P")
R = TypeVar("R")
OPEN_FILES = 16_384
ALONE_SECONDS = 4.0
ROUNDS = 5
"""Of each crowd, with the good clients alone before each: a p99 of a few hundred answers is a handful of them."""
P99_RATIO = 1.5


@contextmanager
def elsewhere() -> Iterator[ProcessPoolExecutor]:
    """A process that may have thousands of connections, and the processor when nobody else wants it."""
    with ProcessPoolExecutor(1, get_context("spawn"), _step_back) as pool:
        yield pool


def _step_back() -> None:
    many_files()
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def many_files() -> None:
    """As many open files as this machine lets a process have, up to `OPEN_FILES`."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, OPEN_FILES), hard))


@dataclass
class Comparison:
    """What good clients saw in all rounds."""

    alone: Measured = field(default_factory=Measured)
    beside: Measured = field(default_factory=Measured)

    def round(
        self, port: int, pool: ProcessPoolExecutor, crowd: Callable[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Measure for a while, then until `crowd` has ended in its own process. Returns what it returns."""
        with _uncollected():
            self.alone.add(asyncio.run(good_until(port, _after(ALONE_SECONDS))))
            ended = pool.submit(crowd, *args, **kwargs)
            self.beside.add(asyncio.run(good_until(port, ended.done)))
        return ended.result()

    def criteria(self, row: str, refused: str, first_byte: str) -> list[Criterion]:
        """None refused, and a first byte nearly as soon; by these names."""
        return [
            none(row, refused, self.beside.refused_good),
            beside_alone(row, first_byte, self.beside.good_seconds, self.alone.good_seconds, P99_RATIO),
        ]


@contextmanager
def _uncollected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _after(seconds: float) -> Callable[[], bool]:
    """Whether so many seconds are over since now."""
    end = monotonic() + seconds
    return lambda: monotonic() > end
