"""How long requests wait and how fast they stream, for one way to serve one load: pure arithmetic, tens of microseconds.

    running sequences n      n = arrivals × output × mean step of n + 1 sequences that n prompts join        Little's law
    time per output token    that mean step; p95 at a full moment of the batch, with more prompts joining
    time to first token      wait for a slot + wait for earlier prompts + the step under way + the prompt's own chunks

`replica_load` says what is assumed of arrivals, batches and queues.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from headway.domain.accelerator import Accelerator
from headway.domain.model_card import KvPrecision, ModelCard, Precision
from headway.domain.objective import Workload
from headway.recipes.replica_load import Engine, Load
from headway.recipes.speeds import Constant
from headway.recipes.step_time import Layout, StepTime, step_time

STEP_ERROR = Constant(
    1.0, 0.80, 1.25, "factor", "held-out errors in docs/reference/latency-validation.md", "2026-11-21"
)
"""Truth over prediction for a step; with `TTFT_ERROR`, nine in ten held-out rows lie inside."""
TTFT_ERROR = Constant(
    1.0, 0.65, 1.50, "factor", "held-out errors in docs/reference/latency-validation.md", "2026-11-21"
)
"""Truth over prediction for a time to first token, of all rows about kernels that recipes use."""

LARGE_MEMORY_GIB = 70
"""vLLM's threshold for large batches: 8,192 batched tokens from here on, 2,048 below and on any A100 (FACTS.md, 5)."""
TAIL = 0.95
"""Quantile that `Latency` states beside the median."""
Limit = Literal["sequences", "kv cache", "prompts"]


@dataclass(frozen=True)
class Estimate:
    """Seconds, with the bounds that about nine in ten measurements fell into."""

    value: float
    low: float
    high: float | None
    """`None` where the slow end of the model cannot carry the load: the wait has no bound."""


@dataclass(frozen=True)
class Latency:
    """What requests feel. The four times are `None` when the load exceeds what the replicas can carry."""

    ttft_p50: Estimate | None
    """Time to first token, from arrival at the engine's HTTP port."""
    ttft_p95: Estimate | None
    tpot_p50: Estimate | None
    """Mean time per output token after the first."""
    tpot_p95: Estimate | None
    batch: float
    """Sequences a replica runs together on average; the limit when saturated."""
    tokens_per_second: float
    """Output tokens of all replicas; at capacity when saturated."""
    capacity_requests_per_second: float
    """Arrivals that all replicas together can just not carry any more."""
    utilization: float
    """Arrivals over capacity; infinite when not even one request fits."""
    limited_by: Limit
    """What the capacity ends at."""

    @property
    def saturated(self) -> bool:
        """Whether the queue grows without bound."""
        return self.ttft_p50 is None


def batched_tokens(accelerator: Accelerator) -> int:
    """vLLM's default `max_num_batched_tokens` of an API server (FACTS.md, section 5)."""
    large = (accelerator.usable_gib or 0.0) >= LARGE_MEMORY_GIB and not accelerator.key.startswith("a100")
    return 8192 if large else 2048


@dataclass(frozen=True)
class Serving:
    """A way to serve a workload, to be asked at any number of replicas that share the load evenly."""

    step: StepTime
    requests_per_second: float
    """Of all replicas together."""
    prompt: float
    output: float
    slots: float
    """Sequences that one replica may run together."""
    budget: float
    """Tokens of one step."""
    by_slots: Limit
    """What bounds `slots`."""

    @cached_property
    def capacity(self) -> tuple[float, Limit]:
        """Requests a second that one replica can just not carry any more, and what ends it."""
        if self.slots < 1.0:
            return 0.0, "kv cache"
        rate, by_prompts = self._engine(1).capacity()
        return rate, "prompts" if by_prompts else self.by_slots

    def promise(self, replicas: int, percentile: int) -> tuple[float, float] | None:
        """TTFT and TPOT that the stated percentile of requests stays below; `None` when the load is too much."""
        rate, _ = self.capacity
        if self.requests_per_second / replicas >= rate:
            return None
        tail = percentile / 100 if percentile > 50 else TAIL
        times = _times(self._engine(replicas), rate, tail)
        return (times.ttft_tail, times.tpot_tail) if percentile > 50 else (times.ttft50, times.tpot50)

    def at(self, replicas: int) -> Latency:
        """What requests feel, with intervals."""
        rate, limit = self.capacity
        offered = self.requests_per_second / replicas
        if offered >= rate:
            share = offered / rate if rate else math.inf
            carried = rate * replicas
            return Latency(
                None, None, None, None, self.slots if rate else 0.0, carried * self.output, carried, share, limit
            )
        usual = _times(self._engine(replicas), rate)
        fast = _times(self._engine(replicas, STEP_ERROR.low), rate / STEP_ERROR.low)
        slow = _bounded_times(self._engine(replicas, STEP_ERROR.high))
        return Latency(
            ttft_p50=_first_token_estimate(usual.ttft50, fast.ttft50, slow.ttft50),
            ttft_p95=_first_token_estimate(usual.ttft_tail, fast.ttft_tail, slow.ttft_tail),
            tpot_p50=_estimate(usual.tpot50, fast.tpot50, slow.tpot50),
            tpot_p95=_estimate(usual.tpot_tail, fast.tpot_tail, slow.tpot_tail),
            batch=usual.running,
            tokens_per_second=self.requests_per_second * self.output,
            capacity_requests_per_second=rate * replicas,
            utilization=offered / rate,
            limited_by=limit,
        )

    def _engine(self, replicas: int, factor: float = 1.0) -> Engine:
        rate = self.requests_per_second / replicas
        return Engine.of(self.step, Load(rate, self.prompt, self.output, self.slots, self.budget), factor)


def serving(
    card: ModelCard,
    precision: Precision,
    kv_precision: KvPrecision,
    accelerator: Accelerator,
    tensor_parallel: int,
    pipeline_parallel: int,
    workload: Workload,
    concurrency_limit: int,
    kv_tokens: int,
) -> Serving:
    """How a layout serves a workload; `kv_tokens` and `concurrency_limit` are those of one replica.

    Raises `step_time.UnknownSpeed` where the catalog or the card lacks a figure.
    """
    layout = Layout(tensor_parallel, pipeline_parallel)
    held = kv_tokens / (workload.prompt_tokens + workload.output_tokens / 2)
    fits = kv_tokens >= workload.prompt_tokens + workload.output_tokens
    return Serving(
        step=step_time(card, precision, accelerator, layout, kv_precision=kv_precision),
        requests_per_second=workload.requests_per_second,
        prompt=float(workload.prompt_tokens),
        output=float(workload.output_tokens),
        slots=float(min(concurrency_limit, held)) if fits else 0.0,
        budget=float(batched_tokens(accelerator)),
        by_slots="sequences" if fits and concurrency_limit <= held else "kv cache",
    )


@dataclass(frozen=True)
class _Times:
    running: float
    ttft50: float
    ttft_tail: float
    tpot50: float
    tpot_tail: float


def _times(engine: Engine, capacity: float, tail: float = TAIL) -> _Times:
    running = engine.running()
    tpot50, tpot_tail = engine.tpot(running, tail)
    ttft50, ttft_tail = engine.ttft(running, capacity, engine.load.output * tpot50, tail)
    return _Times(running, ttft50, ttft_tail, tpot50, tpot_tail)


def _bounded_times(engine: Engine) -> _Times:
    """The times of an engine, infinite when it cannot carry the load."""
    capacity, _ = engine.capacity()
    return _times(engine, capacity) if engine.load.rate < capacity else _Times(*[math.inf] * 5)


def _estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value, low, None if math.isinf(high) else high)


def _first_token_estimate(value: float, fast: float, slow: float) -> Estimate:
    """Widens the bounds that come from the step time to those of the time to first token."""
    return _estimate(value, fast * TTFT_ERROR.low / STEP_ERROR.low, slow * TTFT_ERROR.high / STEP_ERROR.high)
