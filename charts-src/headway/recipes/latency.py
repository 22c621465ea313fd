"""How long requests wait and how fast they stream, for one way to serve one load: pure arithmetic, tens of microseconds.

    running sequences n      n = arrivals × (output × step(n + 1) + share of the steps that prompts take)    Little's law
    time per output token    step(n + 1) + prompts that join meanwhile × what one adds; p95 at a full moment of the batch
    time to first token      wait for a slot + wait for earlier prompts + the step under way + the prompt's own chunks

What is assumed, and where it comes from:

- Arrivals are Poisson and shared evenly by the replicas. Bursts beyond that are the twin's business.
- A request sees one sequence more than the average: Poisson arrivals see time averages (PASTA).
- Running sequences fluctuate like a Poisson number. A request feels their mean over its own stay, whose variance is 2/3 of
  that (M/D/∞: the correlation falls linearly to zero over one stay).
- Chunked prefill: a step carries every decoding sequence and fills up with prompt tokens to `max_num_batched_tokens`;
  prompts are taken first come, first served, an M/D/1 queue whose server is the rest of the step. Its wait is taken as
  zero with probability 1 - ρ and exponential beyond (Kingman's heavy-traffic form).
- Slots are an M/M/m queue with Sakasegawa's approximation (1977) of the probability to wait, ρ^(√(2(m + 1)) - 1).
- p95 adds the p95 of both waits, which errs on the slow side. Prompts and answers have the workload's typical length; a
  long tail of lengths is not in a `Workload` and makes p95 worse than this.
- No prefix is cached: a cached prefix makes the time to first token shorter than this.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from headway.domain.accelerator import Accelerator
from headway.domain.model_card import ModelCard, Precision
from headway.domain.objective import Workload
from headway.recipes.step_time import CENTRAL, Constant, Layout, StepTime, step_time

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
Z95 = 1.645
"""Standard deviations to the 95th percentile of a normal distribution."""
SMALLEST_CHUNK = 16.0
"""Prompt tokens a step takes even when decoding fills it; one KV block."""

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


@dataclass(frozen=True)
class _Load:
    """Arrivals at one replica and what a request brings."""

    rate: float
    prompt: float
    output: float
    slots: float
    """Sequences that may run together."""
    budget: float
    """Tokens of one step."""

    @property
    def context(self) -> float:
        """Mean length of a running sequence."""
        return self.prompt + self.output / 2


@dataclass(frozen=True)
class _Engine:
    """A replica under a load, with every step `factor` times as long as believed."""

    step: StepTime
    load: _Load
    factor: float
    prompt_seconds: float
    """What one prompt adds to the steps of the sequences it joins; taken at the full batch, where least of it is hidden."""

    @classmethod
    def of(cls, step: StepTime, load: _Load, factor: float = 1.0) -> "_Engine":
        chunk = min(load.prompt, max(SMALLEST_CHUNK, load.budget - load.slots))
        joined = step(load.slots, load.context, chunk, load.prompt / 2) - step(load.slots, load.context)
        return cls(step, load, factor, factor * joined * load.prompt / chunk / step.stages)

    def decode(self, running: float) -> float:
        """Seconds of a step without prompts."""
        return self.factor * self.step(running, self.load.context)

    def seen(self, running: float) -> float:
        """Sequences in the batch of a request that is one of them."""
        return min(self.load.slots, running + 1.0)

    def sustained_rate(self, running: float) -> float:
        """Arrivals a second that keep this many sequences running (Little's law)."""
        stay = self.load.output * self.decode(self.seen(running)) + running * self.prompt_seconds
        return running / stay

    def prompt_service(self, running: float) -> float:
        """Seconds the prompt queue needs for one prompt when its steps are full."""
        return prompt_service(self.step, running, self.load.context, self.load.prompt, self.load.budget) * self.factor

    def capacity(self) -> tuple[float, bool]:
        """Arrivals that cannot be carried any more, and whether prompts rather than slots end it."""
        slots = self.load.slots
        most = self.sustained_rate(slots)
        if most * self.prompt_service(slots) <= 1.0:
            return most, False
        full = _root(lambda n: self.sustained_rate(n) * self.prompt_service(n) - 1.0, 1e-9, slots)
        return self.sustained_rate(full), True

    def running(self) -> float:
        """Sequences that run together on average; the load is below capacity."""
        rate = self.load.rate
        if rate == 0.0:
            return 0.0
        output, prompts = self.load.output, self.prompt_seconds
        return _root(
            lambda n: n - rate * (output * self.decode(self.seen(n)) + n * prompts),
            0.0,
            self.load.slots,
        )

    def tpot(self, running: float) -> tuple[float, float]:
        """p50 and p95 of the mean time per output token."""
        rate, output = self.load.rate, self.load.output
        alone = self.decode(self.seen(running))
        usual = alone / (1.0 - rate * self.prompt_seconds)
        joining = rate * output * usual
        crowd = self.decode(self.crowded(running))
        return usual, crowd + (joining + Z95 * math.sqrt(joining)) * self.prompt_seconds / output

    def crowded(self, running: float) -> float:
        """Sequences in the batch of the one request in twenty that meets the fullest."""
        return min(self.load.slots, running + 1.0 + Z95 * math.sqrt(2.0 * running / 3.0))

    def ttft(self, running: float, capacity: float, stay: float) -> tuple[float, float]:
        """p50 and p95 of the time to first token; `stay` is how long a request holds its slot."""
        load = self.load
        slot50, slot95 = _slot_wait(load.rate / capacity, load.slots, stay)
        usual, crowded = (
            self.factor * first_token(self.step, n, load.context, load.prompt, load.rate * self.factor, load.budget, q)
            for n, q in ((running, 0.5), (self.crowded(running), 0.95))
        )
        request = CENTRAL.request_seconds * self.factor
        return request + slot50 + usual, request + slot95 + crowded


def prompt_service(step: StepTime, running: float, context: float, prompt: float, budget: float) -> float:
    """Seconds a prompt of `prompt` tokens occupies the steps, when these are filled with prompts."""
    room = max(SMALLEST_CHUNK, budget - running)
    return prompt * step(running, context, room, prompt / 2) / room / step.stages


def first_token(
    step: StepTime, running: float, context: float, prompt: float, rate: float, budget: float, quantile: float
) -> float:
    """Seconds from admission to the first token, at a quantile, while `running` sequences decode.

    Earlier prompts come first, then half of the step under way (all of it from the 90th percentile on), then the chunks.
    Infinite when prompts arrive faster than the steps can take them.
    """
    service = prompt_service(step, running, context, prompt, budget)
    busy = rate * service
    if busy >= 1.0:
        return math.inf
    wait = _exponential_wait(busy, service / (2.0 * (1.0 - busy)), quantile)
    chunk = min(prompt, max(SMALLEST_CHUNK, budget - running))
    own = prompt / chunk * step(running, context, chunk, prompt / 2)
    under_way = step(running, context) * (1.0 if quantile > 0.9 else 0.5) if running else 0.0
    return wait + under_way * min(1.0, running) + own


def batched_tokens(accelerator: Accelerator) -> int:
    """vLLM's default `max_num_batched_tokens` of an API server (FACTS.md, section 5)."""
    large = (accelerator.usable_gib or 0.0) >= LARGE_MEMORY_GIB and not accelerator.key.startswith("a100")
    return 8192 if large else 2048


def predict_latency(
    card: ModelCard,
    precision: Precision,
    accelerator: Accelerator,
    tensor_parallel: int,
    pipeline_parallel: int,
    workload: Workload,
    concurrency_limit: int,
    kv_tokens: int,
    replicas: int = 1,
) -> Latency:
    """What the requests of `workload` feel on `replicas` equal replicas that share it evenly.

    `kv_tokens` and `concurrency_limit` are those of one replica. Raises `step_time.UnknownSpeed` where the catalog or the
    card lacks a figure.
    """
    step = step_time(card, precision, accelerator, Layout(tensor_parallel, pipeline_parallel))
    context = workload.prompt_tokens + workload.output_tokens / 2
    held = kv_tokens / context
    load = _Load(
        rate=workload.requests_per_second / replicas,
        prompt=float(workload.prompt_tokens),
        output=float(workload.output_tokens),
        slots=float(min(concurrency_limit, held)),
        budget=float(batched_tokens(accelerator)),
    )
    by_slots: Limit = "sequences" if concurrency_limit <= held else "kv cache"
    if kv_tokens < workload.prompt_tokens + workload.output_tokens:
        return _overloaded(0.0, 0.0, 0.0, math.inf, "kv cache")
    return _predict(step, load, replicas, by_slots)


def _predict(step: StepTime, load: _Load, replicas: int, by_slots: Limit) -> Latency:
    believed = _Engine.of(step, load)
    capacity, by_prompts = believed.capacity()
    limit: Limit = "prompts" if by_prompts else by_slots
    utilization = load.rate / capacity
    if utilization >= 1.0:
        carried = capacity * replicas
        return _overloaded(carried, load.slots, carried * load.output, utilization, limit)
    usual = _times(believed, capacity)
    fast = _times(_Engine.of(step, load, STEP_ERROR.low), capacity / STEP_ERROR.low)
    slow = _bounded_times(_Engine.of(step, load, STEP_ERROR.high))
    return Latency(
        ttft_p50=_first_token_estimate(usual.ttft50, fast.ttft50, slow.ttft50),
        ttft_p95=_first_token_estimate(usual.ttft95, fast.ttft95, slow.ttft95),
        tpot_p50=_estimate(usual.tpot50, fast.tpot50, slow.tpot50),
        tpot_p95=_estimate(usual.tpot95, fast.tpot95, slow.tpot95),
        batch=usual.running,
        tokens_per_second=load.rate * load.output * replicas,
        capacity_requests_per_second=capacity * replicas,
        utilization=utilization,
        limited_by=limit,
    )


@dataclass(frozen=True)
class _Times:
    running: float
    ttft50: float
    ttft95: float
    tpot50: float
    tpot95: float


def _times(engine: _Engine, capacity: float) -> _Times:
    running = engine.running()
    tpot50, tpot95 = engine.tpot(running)
    ttft50, ttft95 = engine.ttft(running, capacity, engine.load.output * tpot50)
    return _Times(running, ttft50, ttft95, tpot50, tpot95)


def _bounded_times(engine: _Engine) -> _Times:
    """The times of an engine, infinite when it cannot carry the load."""
    capacity, _ = engine.capacity()
    return _times(engine, capacity) if engine.load.rate < capacity else _Times(*[math.inf] * 5)


def _estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value, low, None if math.isinf(high) else high)


def _first_token_estimate(value: float, fast: float, slow: float) -> Estimate:
    """Widens the bounds that come from the step time to those of the time to first token."""
    return _estimate(value, fast * TTFT_ERROR.low / STEP_ERROR.low, slow * TTFT_ERROR.high / STEP_ERROR.high)


def _overloaded(capacity: float, batch: float, tokens: float, utilization: float, limit: Limit) -> Latency:
    return Latency(None, None, None, None, batch, tokens, capacity, utilization, limit)


def _slot_wait(utilization: float, slots: float, stay: float) -> tuple[float, float]:
    """p50 and p95 of the wait for one of `slots` places that are each held for `stay` seconds (Sakasegawa)."""
    waits = utilization ** (math.sqrt(2.0 * (slots + 1.0)) - 1.0)
    mean = stay / (slots * (1.0 - utilization))
    return _exponential_wait(waits, mean, 0.5), _exponential_wait(waits, mean, 0.95)


def _exponential_wait(probability: float, mean: float, quantile: float) -> float:
    """Quantile of a wait that is zero except with `probability`, and exponential with `mean` then."""
    rest = 1.0 - quantile
    return mean * math.log(probability / rest) if probability > rest else 0.0


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a continuous function that is negative at `low` and not at `high` is zero (Illinois method)."""
    at_low, at_high = function(low), function(high)
    if at_low >= 0.0:
        return low
    side = 0
    middle = high
    for _ in range(60):
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        at = function(middle)
        if abs(at) < 1e-10 * (1.0 + abs(middle)) or high - low < 1e-12 * high:
            return middle
        if at > 0.0:
            high, at_high = middle, at
            at_low = at_low / 2.0 if side == 1 else at_low
            side = 1
        else:
            low, at_low = middle, at
            at_high = at_high / 2.0 if side == -1 else at_high
            side = -1
    return middle
