"""A scaling law: from metrics to the load that replicas share.

The HPA divides the law's value by the target (`AverageValue`) and rounds up, so a law is read as "work, in units of
which one replica carries `target`".

    running   requests that engines process now              vllm:num_requests_running
    waiting   requests that engines have queued               vllm:num_requests_waiting
    inflight  requests the gateway has sent and not finished  headway_gateway_requests_in_flight
    held      requests the gateway holds for want of a replica  headway_gateway_requests_held

`running` and `waiting` exist only where a pod exports them, so they cannot wake a deployment (trap S6). A law therefore
has a second form for deployments that may sleep: `inflight` is `running + waiting` seen from the gateway, which is there
without pods and still counts when the engines' scrape is lost.
"""

import math
from dataclasses import dataclass

from headway.scaling.expression import Expression, Metric, check_formula

RUNNING = Metric("running")
WAITING = Metric("waiting")
INFLIGHT = Metric("inflight")
HELD = Metric("held")

MEANINGS = {
    "running": "requests that engines process now",
    "waiting": "requests that engines have queued",
    "inflight": "requests the gateway has sent and not finished",
    "held": "requests the gateway holds for want of a replica",
}
"""What a law's metrics count."""

FILL = 0.8
"""Share of the sequences that fit which a replica is meant to run; the rest is headroom for one HPA period."""


@dataclass(frozen=True)
class ScalingLaw:
    """One law: what it means and its two forms. Raises `ValueError` for a form that KEDA would refuse or misread."""

    name: str
    summary: str
    awake: Expression
    """For deployments that always have a replica."""
    asleep: Expression
    """For deployments that may have none; equal to `awake` while engines are scraped and nothing is held."""
    per_sequence: int
    """What one running sequence adds to the value."""

    def __post_init__(self) -> None:
        for form in (self.awake, self.asleep):
            problems = check_formula(form.render(), form.metrics())
            if problems:
                raise ValueError(f"law {self.name}: {form.render()}: {'; '.join(map(str, problems))}")
        if self.per_sequence < 1:
            raise ValueError(f"law {self.name}: a running sequence adds {self.per_sequence}; it must add 1 at least")

    def expression(self, may_sleep: bool) -> Expression:
        """The form for a deployment."""
        return self.asleep if may_sleep else self.awake

    def documentation(self, may_sleep: bool) -> str:
        """What the law means, how its form for a deployment counts, and what its metrics are."""
        return f"{self.summary}\n\n{self.expression(may_sleep).explain(MEANINGS)}"

    def target(self, sequences: int) -> int:
        """Value one replica is meant to carry when `sequences` fit in it. An integer, or fallback is ignored (trap S8)."""
        return max(1, math.floor(sequences * FILL)) * self.per_sequence


@dataclass(frozen=True)
class FixedTargetLaw(ScalingLaw):
    """A law whose target somebody wrote down, whatever a replica carries."""

    fixed: int = 1

    def target(self, sequences: int) -> int:  # noqa: ARG002
        """The number that was written down."""
        return self.fixed


def desired_replicas(value: float, target: int, least: int, most: int) -> int:
    """Replicas for a value of the law, before the HPA's tolerance, windows and policies."""
    return max(least, min(most, math.ceil(value / target)))


QUEUE = ScalingLaw(
    name="queue",
    summary="Running requests count once, queued ones ten times: a queue is served before it is felt, and draining it"
    " does not drop the replicas that are still answering.",
    awake=RUNNING + WAITING * 10,
    asleep=INFLIGHT + WAITING * 9 + HELD * 10,
    per_sequence=1,
)

VIRTUAL_COMMUTERS = ScalingLaw(
    name="virtual-commuters",
    summary="The show's law: each request stands for fifty commuters on the platform, a queued one for twice as many."
    " The running term keeps replicas until the last answer has left.",
    awake=(RUNNING + WAITING * 2) * 50,
    asleep=(INFLIGHT + WAITING + HELD * 2) * 50,
    per_sequence=50,
)

DEFAULT_LAW = QUEUE

LAWS: dict[str, ScalingLaw] = {law.name: law for law in (QUEUE, VIRTUAL_COMMUTERS)}
"""What an environment may choose."""
