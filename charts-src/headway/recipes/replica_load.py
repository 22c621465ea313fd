"""One replica under a load: how many sequences run together, how long each step of theirs takes, how long others wait.

What is assumed, and where it comes from:

- Arrivals are Poisson and shared evenly by the replicas. Bursts beyond that are the twin's business.
- A request sees one sequence more than the average: Poisson arrivals see time averages (PASTA).
- Running sequences fluctuate like a Poisson number. A request feels their mean over its own stay, whose variance is 2/3 of
  that (M/D/∞: the correlation falls linearly to zero over one stay).
- Chunked prefill: a step carries every decoding sequence and fills up with prompt tokens to `max_num_batched_tokens`;
  prompts are taken first come, first served, an M/D/1 queue whose server is the rest of the step. Its wait is taken as
  zero with probability 1 - ρ and exponential beyond (Kingman's heavy-traffic form).
- While one answer is made, as many prompts join as sequences run: arrivals × stay is both (Little's law).
- Slots are an M/M/m queue with Sakasegawa's approximation (1977) of the probability to wait, ρ^(√(2(m + 1)) - 1).
- p95 adds the p95 of both waits, which errs on the slow side. Prompts and answers have the workload's typical length; a
  long tail of lengths is not in a `Workload` and makes p95 worse than this.
- No prefix is cached: a cached prefix makes the time to first token shorter than this.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from headway.recipes.speeds import CENTRAL
from headway.recipes.step_time import StepTime

DEVIATIONS = {0.90: 1.282, 0.95: 1.645, 0.99: 2.326}
"""Standard deviations to a quantile of the normal distribution."""
SMALLEST_CHUNK = 16.0
"""Prompt tokens a step takes even when decoding fills it; one KV block."""


@dataclass(frozen=True)
class Load:
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
class Engine:
    """A replica under a load, with every step `factor` times as long as believed."""

    step: StepTime
    load: Load
    factor: float
    chunk: float
    """Prompt tokens that join a step at once: the whole prompt, or what a full batch leaves of a step."""

    @classmethod
    def of(cls, step: StepTime, load: Load, factor: float = 1.0) -> "Engine":
        return cls(step, load, factor, min(load.prompt, max(SMALLEST_CHUNK, load.budget - load.slots)))

    def pace(self, batch: float, prompts: float) -> float:
        """Mean seconds of a step of `batch` sequences while `prompts` prompts join during one answer.

        Fewer than one chunk a step makes some steps mixed and leaves the others alone; more share a step, up to its budget.
        """
        load = self.load
        chunks = prompts * load.prompt / self.chunk / load.output / self.step.stages
        tokens = min(max(chunks, 1.0) * self.chunk, max(self.chunk, load.budget - batch))
        mixed = self.step(batch, load.context, tokens, load.prompt / 2)
        share = min(chunks, 1.0)
        return self.factor * ((1.0 - share) * self.step(batch, load.context) + share * mixed)

    def seen(self, running: float) -> float:
        """Sequences in the batch of a request that is one of them."""
        return min(self.load.slots, running + 1.0)

    def sustained_rate(self, running: float) -> float:
        """Arrivals a second that keep this many sequences running (Little's law)."""
        return running / (self.load.output * self.pace(self.seen(running), running))

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
        output = self.load.output
        return _root(lambda n: n - rate * output * self.pace(self.seen(n), n), 0.0, self.load.slots)

    def tpot(self, running: float, tail: float) -> tuple[float, float]:
        """p50 and the quantile `tail` of the mean time per output token."""
        joining = running + DEVIATIONS[tail] * math.sqrt(running)
        return self.pace(self.seen(running), running), self.pace(self.crowded(running, tail), joining)

    def crowded(self, running: float, tail: float) -> float:
        """Sequences in the batch of the request that meets a fuller one than the share `tail` of all do."""
        return min(self.load.slots, running + 1.0 + DEVIATIONS[tail] * math.sqrt(2.0 * running / 3.0))

    def ttft(self, running: float, capacity: float, stay: float, tail: float) -> tuple[float, float]:
        """p50 and the quantile `tail` of the time to first token; `stay` is how long a request holds its slot."""
        load = self.load
        slot50, slot_tail = _slot_wait(load.rate / capacity, load.slots, stay, tail)
        usual, crowded = (
            self.factor * first_token(self.step, n, load.context, load.prompt, load.rate * self.factor, load.budget, q)
            for n, q in ((running, 0.5), (self.crowded(running, tail), tail))
        )
        request = CENTRAL.request_seconds * self.factor
        return request + slot50 + usual, request + slot_tail + crowded


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
    under_way = step(running, context) * (1.0 if quantile >= 0.9 else 0.5) if running else 0.0
    return wait + under_way * min(1.0, running) + own


def _slot_wait(utilization: float, slots: float, stay: float, tail: float) -> tuple[float, float]:
    """p50 and the quantile `tail` of the wait for one of `slots` places, each held for `stay` seconds (Sakasegawa)."""
    waits = utilization ** (math.sqrt(2.0 * (slots + 1.0)) - 1.0)
    mean = stay / (slots * (1.0 - utilization))
    return _exponential_wait(waits, mean, 0.5), _exponential_wait(waits, mean, tail)


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
