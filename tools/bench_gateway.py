"""The gateway beside its peers, in one run on one machine: part of `make bench`.

One core:   every server on the first core with one worker; the model server (which does no work) and the load
            generator on the second. Rounds are interleaved, so that noise of the machine meets all alike.
Two cores:  the gateway with two workers, sharing both cores with model server and load.
Streams:    1,000 and 2,000 at once, beside the same load without a gateway.
Soak:       the gateway at half the load it reached; memory and open files.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench_gateway_measure import Bench, LoadError, bench, start_all
from bench_gateway_noise import others
from bench_gateway_page import write_page
from bench_gateway_process import NotReadyError, Running, raise_descriptor_limit
from bench_gateway_servers import GATEWAY, NGINX, PROTOTYPES, SERVERS, Server
from bench_gateway_tables import report

EVENT_MS = 50
"""Time between the tokens of a stream: about what a T4 takes."""
SLOW_ROUNDS = 2
"""Rounds of a server that takes many times as long as the others."""
PARTS = ("cores", "streams", "soak")


@dataclass(frozen=True)
class Plan:
    """How much to measure."""

    servers: Sequence[Server]
    rounds: int
    seconds: float
    soak_seconds: float
    parts: Sequence[str]
    cores: tuple[int, int]


def main() -> None:
    arguments = _arguments()
    servers: Sequence[Server] = PROTOTYPES if arguments.prototypes else SERVERS
    if arguments.servers:
        servers = tuple(server for server in servers if server.name in arguments.servers.split(","))
    available = sorted(os.sched_getaffinity(0))
    if len(available) < 2:
        raise SystemExit("error: the benchmark needs two cores: one for the server, one for the load")
    parts = ("cores",) if arguments.prototypes else arguments.parts.split(",")
    plan = Plan(servers, arguments.rounds, arguments.seconds, arguments.soak, parts, (available[0], available[1]))
    raise_descriptor_limit()
    taken = others()
    results = measure(plan)
    results["others_cores"] = taken()
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(report(results))
    if arguments.page:
        write_page(results)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=1.5, help="of closed-loop load in each round")
    parser.add_argument("--soak", type=float, default=600.0, help="seconds; below 300 its slope is not judged")
    parser.add_argument("--servers", default="", help="names, with commas; all by default")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"of {', '.join(PARTS)}")
    parser.add_argument("--prototypes", action="store_true", help="the relays behind the choice of the data path")
    parser.add_argument("--json", type=Path, help="file for everything that was measured")
    parser.add_argument("--page", action="store_true", help="write docs/reference/gateway-figures.md")
    return parser.parse_args()


def measure(plan: Plan) -> dict[str, Any]:
    """Everything the plan names; what failed or was missing is named in `missing`."""
    results: dict[str, Any] = {"missing": {}, "rounds": plan.rounds, "seconds": plan.seconds}
    with bench([plan.cores[1]]) as place:
        if "cores" in plan.parts:
            results["one_core"] = _one_core(plan, place, results["missing"])
    if GATEWAY not in plan.servers or GATEWAY.name in results["missing"]:
        return results
    try:
        _gateway_alone(plan, results)
    except (LoadError, NotReadyError) as error:  # what was measured before is still worth printing
        results["missing"][f"{GATEWAY.name}, two cores, streams or soak"] = str(error)
    return results


def _gateway_alone(plan: Plan, results: dict[str, Any]) -> None:
    with bench(plan.cores) as place:
        place.pace(EVENT_MS)
        if "cores" in plan.parts:
            results["two_cores"] = _two_cores(plan, place, results["missing"])
        if "streams" in plan.parts:
            results["streams"] = _streams(plan, place, results["missing"])
    if "soak" in plan.parts:
        with bench([plan.cores[1]]) as place, place.serve(GATEWAY, [plan.cores[0]]) as gateway:
            place.pace(EVENT_MS)
            _say(f"soak, {plan.soak_seconds:.0f} s")
            reached = place.rate(gateway, plan.seconds)["requests_per_second"]
            results["soak"] = place.soak(gateway, plan.soak_seconds, reached / 2)


def _one_core(plan: Plan, place: Bench, missing: dict[str, str]) -> dict[str, dict[int, dict[str, Any]]]:
    """By server and round: `rate`, `added` and `streams` as the load generator printed them."""
    records: dict[str, dict[int, dict[str, Any]]] = {}
    slow = {server.name for server in plan.servers if server.slow}
    with ExitStack() as stack:
        running = start_all(stack, place, plan.servers, [plan.cores[0]], missing)
        place.pace(20)
        for number in range(plan.rounds):
            for name, server in running.items():
                if name in slow and number >= SLOW_ROUNDS:
                    continue
                _say(f"one core, round {number + 1}: {name}")
                try:
                    records.setdefault(name, {})[number] = _round(plan, place, server, slow=name in slow)
                except LoadError as error:
                    missing[f"{name}, round {number + 1}"] = str(error)
    return {name: rounds for name, rounds in records.items() if rounds}


def _round(plan: Plan, place: Bench, server: Running, slow: bool) -> dict[str, Any]:
    return {
        "rate": place.rate(server, plan.seconds * (2 if slow else 1)),
        "added": place.added(server, plan.seconds * 2 / 3),
        "streams": place.streams(server, count=100, events=25 if slow else 100, ramp=0.02),
    }


def _two_cores(plan: Plan, place: Bench, missing: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    records: dict[str, list[dict[str, Any]]] = {}
    with ExitStack() as stack:
        running = {}
        for server in (GATEWAY, NGINX):
            if server.missing() is None:
                running[server.name] = stack.enter_context(place.serve(server, plan.cores, workers=2))
        for number in range(plan.rounds):
            for name, process in running.items():
                _say(f"two cores, round {number + 1}: {name}")
                try:
                    records.setdefault(name, []).append(place.rate(process, plan.seconds))
                except LoadError as error:
                    missing[f"{name}, two workers"] = str(error)
    return records


def _streams(plan: Plan, place: Bench, missing: dict[str, str]) -> list[dict[str, Any]]:
    """Streams of 2 s: 1,000 opened at once and over a second; 2,000 with room for 1,500."""
    found = []
    room = {"HEADWAY_GATEWAY_MAX_REQUESTS_IN_FLIGHT": "750"}
    cases = [(1000, 1.0, {}, plan.rounds), (1000, 0.0, {}, plan.rounds), (2000, 1.0, room, 1), (2000, 0.0, room, 1)]
    for count, ramp, extra, rounds in cases:
        servers = (GATEWAY, NGINX) if count == 1000 else (GATEWAY,)
        with ExitStack() as stack:
            running = {"direct": place.backend}
            for server in servers:
                if server.missing() is None:
                    running[server.name] = stack.enter_context(place.serve(server, plan.cores, workers=2, extra=extra))
            for _ in range(rounds):
                for name, process in running.items():
                    _say(f"{count:,} streams opened over {ramp:.0f} s: {name}")
                    try:
                        seen = place.streams(process, count, events=40, ramp=ramp)
                        found.append({"server": name, "ramp": ramp, **seen})
                    except LoadError as error:
                        missing[f"{name}, {count:,} streams"] = str(error)
    return found


def _say(what: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{what:60}", end="", file=sys.stderr)


if __name__ == "__main__":
    try:
        main()
    except (LoadError, NotReadyError) as error:
        raise SystemExit(f"error: {error}") from None
