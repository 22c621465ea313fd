"""F6: thousands of clients that write a byte now and then."""

import asyncio

from faults.backend import Fleet
from faults.criterion import Criterion, at_most, none
from faults.rows.elsewhere import ROUNDS, Comparison, elsewhere
from faults.rows.serving import serving
from faults.rows.size import Size
from faults.slowloris import SLOW_KINDS, Measured, crowd

TIMEOUT_SECONDS = 2.0
LATE_SECONDS = 1.0


def slow_requests(servers: Fleet, size: Size) -> list[Criterion]:
    """Each kind by itself."""
    criteria, clients = [], size.share(1_000)
    with (
        serving(servers, header_timeout_seconds=TIMEOUT_SECONDS, body_timeout_seconds=TIMEOUT_SECONDS) as running,
        elsewhere() as pool,
    ):
        for kind in SLOW_KINDS:
            good = Comparison()
            crowds = [good.round(running.port, pool, _crowd, running.port, kind, clients) for _ in range(ROUNDS)]
            criteria += _judged(f"{ROUNDS} × {clients:,} clients, slow {kind}", crowds, good)
    return criteria


def _crowd(port: int, kind: str, clients: int) -> Measured:
    return asyncio.run(crowd(port, kind, clients, TIMEOUT_SECONDS + 5, good_clients=0))


def _judged(name: str, crowds: list[Measured], good: Comparison) -> list[Criterion]:
    longest = max(each.longest_seconds for each in crowds)
    return [
        none("F6", f"{name}: open afterwards", sum(each.open for each in crowds)),
        at_most("F6", f"{name}: longest open", longest, TIMEOUT_SECONDS + LATE_SECONDS),
        *good.criteria("F6", f"{name}: good ones refused", f"{name}: first byte p99 of good ones"),
    ]
