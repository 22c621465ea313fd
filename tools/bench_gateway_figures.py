"""Figures of a run, and their ratios round by round."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Any

Record = dict[str, Any]
Figure = Callable[[Record], float]

FIGURES: dict[str, Figure] = {
    "requests": lambda record: record["rate"]["requests_per_second"],
    "processor": lambda record: 1e6 / record["rate"]["cpu_us_per_request"],
    "added": lambda record: record["added"]["added_p50_ms"],
    "event": lambda record: record["streams"]["cpu_us_per_event"],
}


def ratio(rounds: dict[str, dict[int, Record]], name: str, base: str, figure: str) -> float | None:
    """Median of one server's figure divided by another's, over the rounds that both have."""
    mine, others = rounds.get(name, {}), rounds.get(base, {})
    of = FIGURES[figure]
    pairs = [of(mine[number]) / of(others[number]) for number in mine if number in others]
    return median(pairs) if pairs else None


def by_case(records: list[Record]) -> dict[tuple[str, int, float], list[Record]]:
    """Runs by server, number of streams and the seconds over which they were opened."""
    cases: dict[tuple[str, int, float], list[Record]] = {}
    for record in records:
        cases.setdefault((record["server"], record["offered"], record["ramp"]), []).append(record)
    return cases


def median_p99(records: list[Record], figure: str) -> float:
    return median(record[figure]["p99"] for record in records) if records else 0.0
