"""Fits the constants of the latency model, judges them on what they have not seen, writes the page that says so.

    validate_latency.py            fit on every fitted row, leave each group out in turn, write the page
    validate_latency.py --check    the same, and fail if the page or the constants in speeds.py are not the result

Everything is deterministic: a coordinate search from fixed starting values, no clock, no randomness.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from headway.catalog import load_catalog
from headway.recipes.latency import STEP_ERROR, TTFT_ERROR
from headway.recipes.measurements import Measurement, accelerator_of, load_measurements
from headway.recipes.replica_load import first_token
from headway.recipes.speeds import CENTRAL, CONSTANTS, Speeds
from headway.recipes.step_time import Layout, StepTime, step_time

PAGE = Path(__file__).parent.parent / "docs/reference/latency-validation.md"
BUDGET = 2048
"""`max_num_batched_tokens` of every run with more than one sequence; H100 rows have steps of at most 1,024 tokens."""

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where the repository is not the result"
    )
    check = parser.parse_args().check
    rows = load_measurements()
    fitted = fit(rows)
    folds = {group: fit([row for row in rows if row.group != group]) for group in sorted({row.group for row in rows})}
    alone = {
        row.key: predict(row, fit([other for other in rows if other is not row], fitted)) for row in rows if row.fitted
    }
    page = render(rows, fitted, folds, alone)
    stale = [name for name in SEARCH if not math.isclose(getattr(fitted, name), getattr(CENTRAL, name), rel_tol=0.01)]
    for name in stale:
        print(
            f"{name}: {getattr(fitted, name):.4g} in {span(name, folds)}, speeds.py says {getattr(CENTRAL, name):.4g}"
        )
    if not check:
        PAGE.write_text(page, encoding="utf-8")
    elif stale or PAGE.read_text(encoding="utf-8") != page:
        sys.exit("not the result of the fit; run tools/validate_latency.py and write what it prints into speeds.py")


# Prediction of one row


def predict(row: Measurement, speeds: Speeds) -> float:
    """The figure the model gives for a row: seconds, or tokens a second."""
    step = step_of(row, speeds)
    batch, context, prompt = row.batch or 0.0, float(row.context_tokens or 1), float(row.prompt_tokens or 0)
    if row.kind == "decode_step" or row.kind == "tpot_p50":
        return step(batch, context)
    if row.kind == "mixed_step":
        return step(batch, context, prompt, prompt / 2)
    if row.kind == "wave_ttft_p50":
        return wave_ttft(step, batch, prompt, speeds)
    if row.kind == "throughput":
        answer = row.output_tokens or 1
        return batch * answer / (wave_ttft(step, batch, prompt, speeds) + (answer - 1) * step(batch, context))
    if row.kind.startswith("open"):
        quantile = 0.95 if row.kind.endswith("p95") else 0.5
        return first_token(step, batch, context, prompt, row.requests_per_second or 0.0, BUDGET, quantile)
    return replay(row, step)[row.kind.removeprefix("run_")]


def step_of(row: Measurement, speeds: Speeds) -> StepTime:
    catalog = load_catalog()
    layout = Layout(row.tensor_parallel, 1, row.expert_parallel)
    return step_time(catalog.models[row.model], row.precision, accelerator_of(row, catalog), layout, speeds)


def wave_ttft(step: StepTime, clients: float, prompt: float, speeds: Speeds) -> float:
    """Median of requests sent together: the first is served alone, the others share the step after it."""
    alone = speeds.request_seconds + step(0.0, 1.0, prompt, prompt / 2)
    if clients <= 1:
        return alone
    return alone + step(1.0, prompt, min(BUDGET, (clients - 1) * prompt), prompt / 2)


@dataclass(eq=False)
class Sequence_:
    """A request of a replay."""

    arrival: float
    prompt: float
    output: float
    cached: float = 0.0
    """Tokens in the KV cache."""
    written: float = 0.0
    """Tokens answered."""
    first: float = 0.0
    last: float = 0.0

    @property
    def missing(self) -> float:
        """Tokens to read before the next one can be written; 1 while decoding."""
        return self.prompt + self.written - self.cached

    @property
    def decodes(self) -> bool:
        return self.written > 0 and self.missing <= 1


@dataclass
class Replay:
    """Chunked prefill on one engine, first come first served; the youngest is preempted when the cache is full."""

    step: StepTime
    limit: int
    room: float
    now: float = 0.0
    waiting: deque[Sequence_] = field(default_factory=deque)
    running: list[Sequence_] = field(default_factory=list)

    def iterate(self) -> None:
        while sum(s.cached + 1 for s in self.running) > self.room:
            youngest = self.running.pop()
            youngest.cached = 0.0
            self.waiting.appendleft(youngest)
        decoding = [s for s in self.running if s.decodes]
        self._advance(decoding, self._chunks(BUDGET - float(len(decoding))))

    def _chunks(self, budget: float) -> list[tuple[Sequence_, float]]:
        """Prompt tokens of one step: those begun first, then whoever waits longest and has a slot and room."""
        chunks = []
        for s in [s for s in self.running if not s.decodes]:
            chunks.append((s, min(budget, s.missing)))
            budget -= chunks[-1][1]
        held = sum(s.cached + s.missing for s in self.running)
        while self.waiting and budget > 0 and len(self.running) < self.limit:
            s = self.waiting[0]
            held += s.missing
            if held > self.room:
                break
            self.running.append(self.waiting.popleft())
            chunks.append((s, min(budget, s.missing)))
            budget -= chunks[-1][1]
        return chunks

    def _advance(self, decoding: list[Sequence_], chunks: list[tuple[Sequence_, float]]) -> None:
        prompt = sum(chunk for _, chunk in chunks)
        position = sum(chunk * (s.cached + chunk / 2) for s, chunk in chunks) / prompt if prompt else 0.0
        context = statistics.fmean(s.cached for s in decoding) if decoding else 1.0
        self.now += self.step(len(decoding), context, prompt, position)
        for s in decoding:
            s.cached += 1
        for s, chunk in chunks:
            s.cached += chunk
        for s in (*decoding, *(s for s, _ in chunks if s.missing <= 0)):
            s.written += 1
            s.first = s.first or self.now
            s.last = self.now
        self.running = [s for s in self.running if s.written < s.output]


PROMPT_SIGMA, OUTPUT_SIGMA = 0.58, 0.29
"""Lognormal spread of the measured runs' lengths, from mean over median in shared/traces/SOURCES.md."""
GOLDEN, SILVER = 0.618034, 0.754878
"""Multiples of these fill 0-1 evenly and independently: lengths without a random generator."""


def spread(mean: float, sigma: float, turn: float) -> float:
    """A whole length of a lognormal distribution with this mean, at the fraction of `turn` as its quantile."""
    deviation = sigma * statistics.NormalDist().inv_cdf(min(0.995, max(0.005, turn % 1.0)))
    return max(2.0, round(mean * math.exp(deviation - sigma * sigma / 2)))


_REPLAYS: dict[tuple[str, str, StepTime], dict[str, float]] = {}


def replay(row: Measurement, step: StepTime) -> dict[str, float]:
    """The times of a whole run: requests at equal distances, with lengths spread as in the traces."""
    key = (row.gpu, row.model, step)
    if key in _REPLAYS:
        return _REPLAYS[key]
    assert row.requests
    assert row.requests_per_second
    assert row.prompt_tokens
    assert row.output_tokens
    arrivals = deque(
        Sequence_(
            i / row.requests_per_second,
            spread(row.prompt_tokens, PROMPT_SIGMA, i * GOLDEN),
            spread(row.output_tokens, OUTPUT_SIGMA, i * SILVER),
        )
        for i in range(row.requests)
    )
    everyone = list(arrivals)
    engine = Replay(step, row.concurrency_limit or 1, float(row.kv_tokens or 0))
    while arrivals or engine.waiting or engine.running:
        if not engine.waiting and not engine.running:
            engine.now = max(engine.now, arrivals[0].arrival)
        while arrivals and arrivals[0].arrival <= engine.now:
            engine.waiting.append(arrivals.popleft())
        engine.iterate()
    ttft = sorted(s.first - s.arrival for s in everyone)
    tpot = sorted((s.last - s.first) / (s.output - 1) for s in everyone)
    _REPLAYS[key] = {
        f"{name}_{statistic}": value
        for name, times in (("ttft", ttft), ("tpot", tpot))
        for statistic, value in zip(("mean", "p50", "p95"), summary(times), strict=True)
    }
    return _REPLAYS[key]


def summary(times: Sequence[float]) -> tuple[float, float, float]:
    return statistics.fmean(times), statistics.median(times), times[int(0.95 * (len(times) - 1))]


# The fit


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


# The page


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
  evenly spaced. Where prompts keep joining 128 decodes of Qwen3-32B, the steps of one measured second take 0.95 s in the
  model; what a whole run is off by beyond that is the replay and what it leaves out.
- **Three rows are in doubt and not fitted.** H100, Llama-3.1-8B, one sequence: 5.1 ms would be 94 % of peak bandwidth, its
  context is not stated, and aiconfigurator says 6.2. Two full prompt steps of the RTX 4090 need more than the peak that is
  stated for it: the card boosts above that clock, data-centre parts do not.
- **Prompt arithmetic is one share of peak for all parts,** and the L4 does less under load (72 W). `performance-facts.md`
  gives 0.32-0.45 for prefill counted with all parameters; here the embedding is not counted and c0, KV reads and weight
  reads are separate. Rows taken from another tool's tables judge and are not fitted.
- **Throughput of closed loops with 64 clients is overstated by 15-30 %:** those runs have 100 requests, so the second wave is
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


if __name__ == "__main__":
    main()
