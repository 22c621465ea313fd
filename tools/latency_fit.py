"""The fit of the latency model's constants: a coordinate search from fixed starting values, no clock, no randomness."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from latency_rows import predict

from headway.recipes.measurements import Measurement
from headway.recipes.speeds import CENTRAL, Speeds

Span = tuple[float, float, float]

SEARCH: Mapping[str, Span] = {
    "bandwidth_16bit": (0.80, 0.50, 1.00),
    "bandwidth_4bit": (0.60, 0.25, 1.00),
    "bandwidth_kv": (0.80, 0.30, 0.95),
    "compute": (0.60, 0.25, 1.10),
    "unhidden": (0.50, 0.02, 1.00),
    "base_seconds": (1.5e-3, 0.2e-3, 5e-3),
    "sequence_seconds": (20e-6, 1e-6, 200e-6),
    "expert_layer_seconds": (25e-6, 1e-6, 200e-6),
    "pcie_gb_per_second": (25.0, 8.0, 32.0),
    "request_seconds": (10e-3, 2e-3, 30e-3),
}
"""Start, floor and ceiling of each fitted constant: what performance-facts.md and physics say before any row is seen."""
PRIOR_WEIGHT = 0.01
"""Pull of the start, in squared log units, so that a constant no row speaks about stays where it began."""
STEADY = 0.15
"""Log error beyond which a row counts linearly: two sources disagree by 20 % on the same step, neither may dictate."""


def fit(rows: Iterable[Measurement], near: Speeds | None = None) -> Speeds:
    """The constants that make the fitted rows most likely, by coordinate search in log space; begun `near` a known fit."""
    known = [row for row in rows if row.fitted]
    sizes = {group: sum(row.group == group for row in known) for group in {row.group for row in known}}
    weights = [sizes[row.group] ** -0.5 for row in known]
    speeds = replace(CENTRAL, **{name: start for name, (start, _, _) in SEARCH.items()})

    def cost(candidate: Speeds) -> float:
        misses = (
            weight * huber(math.log(predict(row, candidate) / row.measured))
            for row, weight in zip(known, weights, strict=True)
        )
        return sum(misses) + PRIOR_WEIGHT * sum(
            math.log(getattr(candidate, name) / start) ** 2 for name, (start, _, _) in SEARCH.items()
        )

    return _descend(near or speeds, cost)


def _descend(speeds: Speeds, cost: Callable[[Speeds], float]) -> Speeds:
    """Tries each constant a stride up and down, keeps what is better, halves the stride when nothing is."""
    best, stride = cost(speeds), 0.2
    while stride > 0.002:
        improved = False
        for name, (_, floor, ceiling) in SEARCH.items():
            for factor in (math.exp(stride), math.exp(-stride)):
                value = min(ceiling, max(floor, getattr(speeds, name) * factor))
                candidate = replace(speeds, **{name: value})
                tried = cost(candidate)
                if tried < best - 1e-9:
                    speeds, best, improved = candidate, tried, True
                    break
        if not improved:
            stride /= 2
    return speeds


def huber(error: float) -> float:
    size = abs(error)
    return error * error if size <= STEADY else STEADY * (2 * size - STEADY)


def span(name: str, folds: Mapping[str, Speeds]) -> str:
    values = [getattr(fold, name) for fold in folds.values()]
    return f"{min(values):.4g}-{max(values):.4g}"
