"""What the latency model says of one measured row, whole runs replayed step by step included."""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from headway.catalog import load_catalog
from headway.recipes.measurements import Measurement, accelerator_of
from headway.recipes.replica_load import first_token
from headway.recipes.speeds import Speeds
from headway.recipes.step_time import Layout, StepTime, step_time

BUDGET = 2048
"""`max_num_batched_tokens` of every run with more than one sequence; H100 rows have steps of at most 1,024 tokens."""


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
