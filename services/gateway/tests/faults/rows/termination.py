"""F9: SIGTERM with hundreds of streams."""

import asyncio

from faults.backend import Fleet
from faults.criterion import Criterion, at_most, none
from faults.rows.serving import serving
from faults.rows.size import Size
from faults.termination import streams_through_sigterm

UNREADY_SECONDS = 1.0


def termination(servers: Fleet, size: Size) -> list[Criterion]:
    """With one process and with two."""
    streams = size.share(500)
    return [criterion for workers in (1, 2) for criterion in _ended(servers, streams, workers)]


def _ended(servers: Fleet, streams: int, workers: int) -> list[Criterion]:
    with serving(servers, drain_seconds=60, workers=workers) as running:
        ended = asyncio.run(streams_through_sigterm(running, streams, "k=40 gap_ms=100"))
    name = f"SIGTERM with {streams} streams, {workers} worker{'s' if workers > 1 else ''}"
    return [
        none("F9", f"{name}: cut", streams - ended.whole),
        at_most("F9", f"{name}: readiness false after", ended.unready_seconds, UNREADY_SECONDS),
        Criterion("F9", f"{name}: exit code", "0", f"{ended.exit_code}", ended.exit_code == 0),
    ]
