"""The gateway's long fault suite: many thousand faults, large crowds, long fuzzing; writes docs/reference/gateway-faults.md.

Everything runs on loopback between processes of this program, bounded in time. Ends with 1 if a criterion does not hold.
`PYTHONPATH=services/gateway/tests .venv/bin/python tools/gateway_faults.py --runs 10000 --seed 1`
"""

import argparse
import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from faults.backend import Fleet, fleet
from faults.gateway import GatewayProcess, gateway
from faults.mix import Tally, mixed
from faults.page import Criterion, page
from faults.slowloris import SLOW_KINDS, Measured, crowd, good_until
from faults.termination import streams_through_sigterm

PAGE = Path("docs/reference/gateway-faults.md")
SLOW_CLIENTS = 1_000
OPEN_FILES = 16_384
TIMEOUT_SECONDS = 2.0
LATE_SECONDS = 1.0
WARM_UP = 200
ALONE_SECONDS = 4.0
P99_RATIO = 1.5
CROWDS = 3
"""Of each kind, with the good clients alone before each: a p99 of a few hundred answers is a handful of them."""
STREAMS_AT_END = 500
FUZZ_SECONDS = 1_800


@contextmanager
def serving(servers: Fleet, **settings: object) -> Iterator[GatewayProcess]:
    """A gateway in front of both servers."""
    urls = [server.url for server in servers.servers]
    with (
        tempfile.TemporaryDirectory() as folder,
        gateway(Path(folder), [("tiny", urls[:1]), ("pair", urls)], request_burst=10_000_000, token_burst=10**12,
                max_streams_per_client=100_000, **settings) as running,
    ):  # fmt: skip
        yield running


def mix(servers: Fleet, runs: int, seed: int) -> tuple[Tally, list[Criterion]]:
    """Every fault at random."""
    with serving(servers, first_byte_timeout_seconds=1.5, idle_timeout_seconds=1, ejection_failures=100) as running:
        asyncio.run(mixed(running.port, WARM_UP, seed - 1))
        before, files_before = running.rss, running.system.num_fds()
        tally = asyncio.run(mixed(running.port, runs, seed, _progress(runs)))
        time.sleep(1)
        left = running.metric("headway_gateway_requests_in_flight")
        grown, files = (running.rss - before) / 2**20, running.system.num_fds() - files_before
        alive = running.process.poll() is None
    hung, wrong = tally.total("hung"), tally.total("wrong")
    return tally, [
        Criterion("all", f"hung answers in {runs:,} runs", "0", f"{hung}", hung == 0),
        Criterion("all", "answers that end otherwise than their fault says", "0", f"{wrong}", wrong == 0),
        Criterion("all", "requests in flight afterwards", "0", f"{left:g}", left == 0),
        Criterion("all", f"memory grown after the first {WARM_UP}", "≤ 32 MB", f"{grown:.0f} MB", grown <= 32),
        Criterion(
            "all", f"open files more than after the first {WARM_UP}", "≤ 256, idle ones", f"{files}", files <= 256
        ),
        Criterion("all", "still the process that was started", "yes", "yes" if alive else "no", alive),
    ]


def _progress(runs: int) -> Callable[[int], None]:
    def show(done: int) -> None:
        if done % 1000 == 0:
            print(f"  {done} of {runs}", file=sys.stderr)

    return show


def slow_clients(servers: Fleet) -> list[Criterion]:
    """F6 with thousands of each kind; they live in a process of their own, so that only the gateway is shared."""
    criteria = []
    with (
        serving(servers, header_timeout_seconds=TIMEOUT_SECONDS, body_timeout_seconds=TIMEOUT_SECONDS) as running,
        ProcessPoolExecutor(1, get_context("spawn")) as elsewhere,
    ):
        for kind in SLOW_KINDS:
            crowds, alone, beside = [], Measured(), Measured()
            for _ in range(CROWDS):
                alone.add(asyncio.run(good_until(running.port, _after(ALONE_SECONDS))))
                slow = elsewhere.submit(_crowd, running.port, kind)
                beside.add(asyncio.run(good_until(running.port, slow.done)))
                crowds.append(slow.result())
            criteria += judged_slow(kind, crowds, beside, p99(alone.good_seconds))
    return criteria


def _after(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def _crowd(port: int, kind: str) -> Measured:
    _many_files()
    return asyncio.run(crowd(port, kind, SLOW_CLIENTS, TIMEOUT_SECONDS + 5, good_clients=0))


def judged_slow(kind: str, crowds: list[Measured], good: Measured, alone: float) -> list[Criterion]:
    """The rows of one kind."""
    name = f"{CROWDS} × {SLOW_CLIENTS:,} clients, slow {kind}"
    left, longest = sum(each.open for each in crowds), max(each.longest_seconds for each in crowds)
    most, beside = TIMEOUT_SECONDS + LATE_SECONDS, p99(good.good_seconds)
    told = f"{beside / alone:.2f} × ({beside * 1000:.1f} ms beside {alone * 1000:.1f})"
    return [
        Criterion("F6", f"{name}: open afterwards", "0", f"{left}", left == 0),
        Criterion("F6", f"{name}: longest open", f"≤ {most:g} s", f"{longest:.2f} s", longest <= most),
        Criterion("F6", f"{name}: good ones refused", "0", f"{good.refused_good}", good.refused_good == 0),
        Criterion(
            "F6",
            f"{name}: first byte p99 of good ones",
            f"≤ {P99_RATIO:g} × alone",
            told,
            beside <= P99_RATIO * alone,
        ),
    ]


def p99(seconds: list[float]) -> float:
    """The 99th percentile."""
    return sorted(seconds)[int(len(seconds) * 0.99)]


def termination(servers: Fleet, workers: int) -> list[Criterion]:
    """F9 with 500 streams."""
    with serving(servers, drain_seconds=60, workers=workers) as running:
        ended = asyncio.run(streams_through_sigterm(running, STREAMS_AT_END, "k=40 gap_ms=100"))
    name = f"SIGTERM with {STREAMS_AT_END} streams, {workers} worker{'s' if workers > 1 else ''}"
    cut, unready = STREAMS_AT_END - ended.whole, ended.unready_seconds
    return [
        Criterion("F9", f"{name}: cut", "0", f"{cut}", cut == 0),
        Criterion("F9", f"{name}: readiness false after", "≤ 1 s", f"{unready:.2f} s", unready <= 1),
        Criterion("F9", f"{name}: exit code", "0", f"{ended.exit_code}", ended.exit_code == 0),
    ]


def fuzz(python: Path, executions: int) -> list[Criterion]:
    """B6: atheris over the splitter and the validators, each in a process of its own."""
    criteria = []
    for target in ("events", "requests"):
        command = [
            str(python),
            "tools/gateway_fuzz.py",
            target,
            f"-runs={executions}",
            "-max_len=512",
            "-seed=1",
            "-artifact_prefix=build/",
        ]
        code = subprocess.run(command, timeout=FUZZ_SECONDS).returncode
        what = f"{target}: crashes and differences in {executions:,} executions"
        criteria.append(Criterion("B6", what, "0", "0" if code == 0 else f"exit code {code}", code == 0))
    return criteria


def _many_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, OPEN_FILES), hard))


def main() -> int:
    """Run, write, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fuzz-python", type=Path, help="a Python that has atheris")
    parser.add_argument("--executions", type=int, default=1_000_000)
    given = parser.parse_args()
    _many_files()
    with fleet() as servers:
        servers.add("a")
        servers.add("b")
        steps: list[Callable[[], list[Criterion]]] = [lambda: slow_clients(servers)]
        steps += [lambda: termination(servers, 1), lambda: termination(servers, 2)]
        if given.fuzz_python:
            steps.append(lambda: fuzz(given.fuzz_python, given.executions))
        tally, criteria = mix(servers, given.runs, given.seed)
        for step in steps:
            criteria += step()
    for example in tally.examples:
        print(example, file=sys.stderr)
    PAGE.write_text(page(tally, criteria, given.runs, given.seed))
    failed = [each for each in criteria if not each.holds]
    for each in failed:
        print(f"error: {each.row}: {each.what} is {each.measured}; the bound is {each.bound}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
