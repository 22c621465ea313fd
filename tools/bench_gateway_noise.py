"""How much of the machine others took while something was measured."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil


def others() -> Callable[[], float]:
    """Starts to watch; the function that it returns tells the mean number of cores that others have kept busy since.

    Others are all processes but this one and its children, and what the host of a virtual machine takes away (steal).
    """
    began, busy, ours = time.monotonic(), _busy(), _ours()

    def taken() -> float:
        seconds = time.monotonic() - began
        return max(0.0, (_busy() - busy) - (_ours() - ours)) / seconds

    return taken


def _busy() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait - times.guest - times.guest_nice)


def _ours() -> float:
    """Processor seconds of this process and all below it, those that have ended included."""
    me = psutil.Process()
    total = 0.0
    for process in [me, *me.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue  # ended since it was listed; its parent counts it
        total += times.user + times.system + times.children_user + times.children_system
    return total
