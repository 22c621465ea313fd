"""All faults at random, against several gateways with different numbers of processes; F1, F2, F4 and F11 as they fell."""

import asyncio
import math
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from faults.backend import Fleet
from faults.criterion import Criterion, at_most, none
from faults.gateway import GatewayProcess
from faults.mix import HARMLESS, Drawn, Tally, draw, mixed, requests_for
from faults.rows.serving import open_files, resident_bytes, serving
from faults.rows.size import Size

WORKERS = (1, 2, 3)
PARTS = 4
WARM_UP = 200
GROWN_MB = 32
MORE_FILES = 256
FREED_SECONDS = 1.0
MB = 2**20


@dataclass(frozen=True)
class Part:
    """What one of the gateways left behind."""

    workers: int
    requests: int
    in_flight: float
    grown_mb: float
    """A process, since the warm-up."""
    files: int
    """A process, more than after the warm-up."""
    alive: bool


def mixture(servers: Fleet, size: Size) -> tuple[Tally, list[Criterion]]:
    """The tally of all parts, and what is judged of them."""
    rng = random.Random(size.seed)  # noqa: S311  a drawing that can be repeated
    requests, tally, parts = draw(requests_for(size.runs), size.seed), Tally(), []
    each = math.ceil(len(requests) / PARTS)
    for start in range(0, len(requests), each):
        part, told = _part(servers, requests[start : start + each], rng.choice(WORKERS), size)
        tally.add(told)
        parts.append(part)
    return tally, [*_everything(tally, parts), *_deaths(tally, servers), *_left(tally), *_malformed(tally)]


def _part(servers: Fleet, requests: list[Drawn], workers: int, size: Size) -> tuple[Part, Tally]:
    with serving(servers, first_byte_timeout_seconds=1.5, idle_timeout_seconds=1, workers=workers) as running:
        asyncio.run(mixed(running.port, servers, draw(WARM_UP, size.seed - 1)))
        before, files = resident_bytes(running), open_files(running)
        tally = asyncio.run(mixed(running.port, servers, requests, _progress(len(requests))))
        time.sleep(1)
        return _part_of(running, workers, len(requests), before, files), tally


def _part_of(running: GatewayProcess, workers: int, requests: int, before: int, files: int) -> Part:
    return Part(
        workers,
        requests,
        running.metric("headway_gateway_requests_in_flight"),
        (resident_bytes(running) - before) / workers / MB,
        (open_files(running) - files) // workers,
        running.process.poll() is None,
    )


def _progress(runs: int) -> Callable[[int], None]:
    def show(done: int) -> None:
        if done % 1000 == 0:
            print(f"  {done} of {runs}", file=sys.stderr)

    return show


def _everything(tally: Tally, parts: list[Part]) -> list[Criterion]:
    runs = sum(part.requests for part in parts)
    drawn = ", ".join(f"{part.requests:,} with {part.workers}" for part in parts)
    faults = runs - sum(tally.ends[name].total() for name in HARMLESS)
    name = f"{runs:,} requests, {faults:,} with a fault, {tally.streamed:,} streams; gateways: {drawn} workers"
    alive = all(part.alive for part in parts)
    files = max(part.files for part in parts)
    return [
        none("all", f"{name}: hung answers", tally.total("hung")),
        none("all", "answers that end otherwise than their fault says", tally.total("wrong")),
        none("all", "requests in flight afterwards", round(sum(part.in_flight for part in parts))),
        at_most("all", f"memory grown after the first {WARM_UP}, a process", max(part.grown_mb for part in parts),
                GROWN_MB, "MB"),
        Criterion("all", f"open files more than after the first {WARM_UP}, a process", f"≤ {MORE_FILES}, idle ones",
                  f"{files}", files <= MORE_FILES),
        Criterion("all", "still the processes that were started", "yes", "yes" if alive else "no", alive),
    ]  # fmt: skip


def _deaths(tally: Tally, servers: Fleet) -> list[Criterion]:
    """F1 and F2, from the requests that the model servers saw."""
    asked: dict[str, list[str]] = {}
    for visit in servers.visits:
        asked.setdefault(visit.nonce, []).append(visit.server)
    once = [asked[nonce] for nonce in _nonces(tally, "F1", "once")]
    inside = [asked[nonce] for nonce in _nonces(tally, "F2", "")]
    unsaved = sum(len(visits) != 2 or len(set(visits)) != 2 for visits in once)
    return [
        none("F1", f"{len(once):,} deaths before the first byte: not repeated once, at the other server", unsaved),
        none("F2", f"{len(inside):,} deaths inside an answer: repeated", sum(len(visits) != 1 for visits in inside)),
    ]


def _nonces(tally: Tally, row: str, word: str) -> list[str]:
    return [
        nonce
        for name, nonces in tally.nonces.items()
        if name.startswith(f"{row} ") and name.endswith(word)
        for nonce in nonces
    ]


def _left(tally: Tally) -> list[Criterion]:
    busy = sum(seconds == math.inf for seconds in tally.freed)
    longest = max((seconds for seconds in tally.freed if seconds < math.inf), default=0.0)
    name = f"{len(tally.freed):,} clients leave among the others"
    return [
        none("F4", f"{name}: model server never free", busy),
        at_most("F4", f"{name}: longest until it is free", longest, FREED_SECONDS),
    ]


def _malformed(tally: Tally) -> list[Criterion]:
    met = {name: ends for name, ends in tally.ends.items() if name.startswith("F11 ")}
    runs = sum(ends.total() for ends in met.values())
    wrong = sum(ends["wrong"] + ends["hung"] for ends in met.values())
    return [
        none("F11", f"{runs:,} malformed answers of {len(met)} kinds: neither passed on nor one clean error", wrong)
    ]
