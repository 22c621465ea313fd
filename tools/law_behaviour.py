"""The reference page with the figures of `headway law`, for every shipped law."""

from __future__ import annotations

import math

from headway.scaling import DOCUMENTED_LAWS, LAWS
from headway.scaling.behaviour import SCENARIOS, Run, Workload, compare

COLUMNS = ("scaler", "most replicas / needed", "above", "turns", "requests that waited", "p95 wait, s", "USD")


def page(note: str) -> str:
    """The page's text."""
    workload = Workload()
    lines = [
        "# Behaviour of the scaling laws",
        "",
        note,
        "`headway law NAME` in figures; [scaling](../concepts/scaling.md) says what is simulated and what is assumed.",
        f"A replica runs {workload.sequences} requests of {workload.service_seconds} s, is ready"
        f" {workload.cold_start_seconds} s after it is asked for and costs {workload.usd_per_replica_hour:g} USD an hour;"
        f" {workload.min_replicas} to {workload.max_replicas} replicas. *Needed* is what carries the load, *turns* are"
        " changes of direction beyond the load's own. A request waited if it started more than a second after it came."
        " Laws named `documented-…` are those of the source documents with their own targets, repaired only as far as KEDA"
        " demands; [what is wrong with them](scaling-laws.md).",
        "",
    ]
    laws = (*LAWS.values(), *(law.shown() for law in DOCUMENTED_LAWS.values()))
    runs = compare(laws, workload)
    for scenario in SCENARIOS:
        lines += [f"## {scenario.name}", "", f"{scenario.meaning}.", "", f"| {' | '.join(COLUMNS)} |"]
        lines.append("|---|" + "---:|" * (len(COLUMNS) - 1))
        lines += [_row(run) for run in runs if run.scenario is scenario]
        lines.append("")
    return "\n".join(lines)


def _row(run: Run) -> str:
    wait = run.wait_percentile(95)
    cells = (
        run.scaler,
        f"{run.most} / {max(point.needed for point in run.points)}",
        str(run.overshoot),
        str(run.oscillations),
        f"{run.waited} of {run.requests}",
        f"{wait:.0f}" if math.isfinite(wait) else "never served",
        f"{run.usd:.2f}",
    )
    return f"| {' | '.join(cells)} |"
