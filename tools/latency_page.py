"""The page that says how far the latency model is off, and where it is weak."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from latency_fit import SEARCH, span
from latency_rows import predict

from headway.recipes.latency import STEP_ERROR, TTFT_ERROR
from headway.recipes.measurements import Measurement
from headway.recipes.speeds import CONSTANTS, Speeds


@dataclass(frozen=True)
class Verdict:
    """A row with what the model says of it, with and without having seen its group."""

    row: Measurement
    seen: float
    unseen: float

    @property
    def in_sample(self) -> float:
        return self.seen / self.row.measured - 1

    @property
    def held_out(self) -> float:
        return self.unseen / self.row.measured - 1

    @property
    def inside(self) -> bool:
        """Whether the measured figure lies in the interval that `latency` states."""
        error = TTFT_ERROR if self.row.is_ttft else STEP_ERROR
        truth = self.row.measured / self.unseen
        return error.low <= (1 / truth if self.row.kind == "throughput" else truth) <= error.high


def verdicts(rows: Iterable[Measurement], fitted: Speeds, folds: Mapping[str, Speeds]) -> list[Verdict]:
    return [Verdict(row, predict(row, fitted), predict(row, folds[row.group])) for row in rows]


def unused(row: Measurement) -> bool:
    """Whether the row is about kernels that no recipe asks for."""
    return row.engine.endswith(("eager", "plain AWQ kernel"))


FAMILIES: tuple[tuple[str, Callable[[Measurement], bool]], ...] = (
    ("decode step and TPOT, fitted rows", lambda row: row.fitted and not row.is_ttft),
    ("TTFT and prompt steps, fitted rows", lambda row: row.fitted and row.is_ttft),
    (
        "throughput of closed loops, not fitted",
        lambda row: row.kind == "throughput" and not row.fitted and not unused(row),
    ),
    ("TTFT below saturation, not fitted", lambda row: row.kind.startswith("open")),
    ("whole overloaded runs, TPOT, not fitted", lambda row: row.kind.startswith("run_tpot")),
    ("whole overloaded runs, TTFT, not fitted", lambda row: row.kind.startswith("run_ttft")),
    ("rows in doubt, not fitted", lambda row: "doubted" in row.note),
    ("another tool's tables, not fitted", lambda row: row.engine.startswith("aiconfigurator")),
    ("kernels the recipes do not use, not fitted", lambda row: not row.fitted and unused(row)),
)


def render(rows: Sequence[Measurement], fitted: Speeds, folds: Mapping[str, Speeds], alone: Mapping[str, float]) -> str:
    judged = verdicts(rows, fitted, folds)
    lines = [
        "# Latency validation",
        "",
        "Written by `tools/validate_latency.py`; do not edit. How far the latency model of the recipe engine is off, on",
        "every measured row of `charts-src/headway/recipes/data/measurements.csv`. *Held out*: the constants were fitted",
        "without any row of the same GPU and model. Error is predicted over measured, minus one.",
        "",
        "## Summary",
        "",
        "| rows | count | in sample: median, worst | held out: median, worst | held out within goal | inside interval |",
        "|---|---|---|---|---|---|",
        *[_family(name, [v for v in judged if takes(v.row)]) for name, takes in FAMILIES],
        "",
        *_verdict_text(judged, alone),
        "## Constants",
        "",
        "| constant | fitted | over the folds | unit |",
        "|---|---|---|---|",
        *[f"| `{n}` | {getattr(fitted, n):.4g} | {span(n, folds)} | {CONSTANTS[n].unit} |" for n in SEARCH],  # type: ignore[index]
        "",
        WEAK,
        "## Every row",
        "",
        "| row | what | predicted | measured | in sample | held out | engine | note |",
        "|---|---|---|---|---|---|---|---|",
        *[_line(v) for v in judged],
        "",
    ]
    return "\n".join(lines)


GOALS = (("time per token", False), ("time to first token", True))


def _goal(row: Measurement) -> float:
    return 0.30 if row.is_ttft else 0.15


def _family(name: str, judged: Sequence[Verdict]) -> str:
    near = sum(abs(v.held_out) <= _goal(v.row) for v in judged)
    inside = sum(v.inside for v in judged)
    goal = f"{near} of {len(judged)} (±{_goal(judged[0].row):.0%})"
    seen, unseen = ([getattr(v, side) for v in judged] for side in ("in_sample", "held_out"))
    return f"| {name} | {len(judged)} | {_spread(seen)} | {_spread(unseen)} | {goal} | {inside} of {len(judged)} |"


def _spread(errors: Sequence[float]) -> str:
    return f"{statistics.median(abs(e) for e in errors):.1%}, {max(errors, key=abs):+.0%}"


def _verdict_text(judged: Sequence[Verdict], alone: Mapping[str, float]) -> list[str]:
    steady = [v for v in judged if v.row.fitted]
    used = [v for v in judged if not unused(v.row)]
    everywhere = sum(v.inside for v in used) / len(used)
    inside = sum(v.inside for v in steady) / len(steady)
    return [
        "The goals are 15 % for the time per token and 30 % for the time to first token, on every row that the constants are",
        "fitted on, held out one at a time:",
        "",
        *(f"- {name}: {_one_at_a_time([v for v in steady if v.row.is_ttft is ttft], alone)}" for name, ttft in GOALS),
        "",
        f"Held out by group, {inside:.0%} of the fitted rows and {everywhere:.0%} of all rows about kernels that recipes use"
        " lie inside the interval that a prediction states.",
        "",
    ]


def _one_at_a_time(judged: Sequence[Verdict], alone: Mapping[str, float]) -> str:
    errors = {v.row.key: alone[v.row.key] / v.row.measured - 1 for v in judged}
    missed = {v.row.key: errors[v.row.key] for v in judged if abs(errors[v.row.key]) > _goal(v.row)}
    named = "".join(f"; missed by `{key}` ({error:+.1%})" for key, error in missed.items())
    return f"{len(errors) - len(missed)} of {len(errors)} rows{named}"


def _line(v: Verdict) -> str:
    row = v.row
    unit = (lambda x: f"{x:,.0f} tok/s") if row.kind == "throughput" else (lambda x: f"{x * 1e3:,.1f} ms")
    fitted = "" if row.fitted else " (not fitted)"
    cells = (f"`{row.key}`{fitted}", row.kind, unit(v.unseen), unit(row.measured), f"{v.in_sample:+.0%}")
    return f"| {' | '.join(cells)} | {v.held_out:+.0%} | {row.engine} | {row.note} |"


WEAK = """\
## Where it is weak, and why

- **Decode steps carry the fit; queueing is hardly tested.** The only times to first token below saturation come from two
  engines that share experts and run in lockstep, which the model of one engine misses by about a third: a prompt in
  either engine delays both. Their whole run also ends just above saturation, which the replay of one engine does not
  reach, so its mean and p95 time to first token are far off. No row measures a dense model on a catalog GPU under
  open-loop load below saturation.
- **Whole runs are replayed without their real lengths and arrivals:** lognormal lengths with the trace's mean and median,
  evenly spaced. What a whole run is off by beyond its steps is the replay and what it leaves out.
- **Three rows are in doubt and not fitted.** H100, Llama-3.1-8B, one sequence: 5.1 ms would be 94 % of peak bandwidth, its
  context is not stated, and aiconfigurator says 6.2. Two full prompt steps of the RTX 4090 need more than the peak that is
  stated for it: the card boosts above that clock, data-centre parts do not.
- **Prompt arithmetic is one share of peak for all parts,** and the L4 does less under load (72 W). `performance-facts.md`
  gives 0.32-0.45 for prefill counted with all parameters; here the embedding is not counted and c0, KV reads and weight
  reads are separate. Rows taken from another tool's tables judge and are not fitted.
- **Throughput of closed loops with 64 clients is overstated by 13-22 %:** those runs have 100 requests, so the second wave is
  only 36 wide; the prediction is for clients that never stop.
- **Plain AWQ kernels** (not Marlin) fall off from batch 16 on; recipes let vLLM choose Marlin, so those rows only warn.
  On T4 Marlin is recent (FACTS.md, section 7): an older image is up to twice as slow as predicted there.
- **No measured row at all** for: FP8 and INT8 weights, T4, A10G (its peak is a substitute), L40S, H200, B200, AMD,
  NVLink all-reduce, pipeline parallelism, MLA, prompts beyond 4,000 tokens. The table of `performance-facts.md` names T4
  and A10G, without lengths or with prefix routing; those figures are left out. Three constants of these parts come from
  aiconfigurator's tables instead (`docs/reference/side-by-side.md`): 8-bit arithmetic, a layer of MLA at few sequences, and
  all-reduces among more than two GPUs over PCIe.
- **The share for KV reads is near its ceiling (0.95):** `compute` and the constant per sequence carry part of it. Do not
  read the constants one by one as properties of the hardware.
- The width of the stated interval was chosen by looking at the held-out errors of this page, so the share of rows inside
  it is a description, not a second test.
- Preemption when the cache is full (but in the replays), prefix caching, a long tail of lengths and bursts beyond Poisson
  are not modelled.
"""
