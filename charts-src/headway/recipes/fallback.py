"""What is tried when the chosen way is not to be had, in order, and what each step costs.

    spot ─▶ on demand ─▶ fewer or more GPUs ─▶ other precision ─▶ other engine ─▶ other hardware

Within a kind the cheapest comes first. A step whose pod is the chosen one's, flag for flag, is *followed*: the pod admits
its pool as well, and Karpenter goes on to it by itself. Every other step needs other weights, another image or other
arguments, and is taken by a change of the environment, which the step names.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from headway.domain.instance_type import CapacityType
from headway.recipes.candidate import Candidate
from headway.recipes.latency import Estimate
from headway.recipes.quality import quality
from headway.recipes.question import Question

Kind = Literal["capacity", "gpu count", "precision", "engine", "hardware"]

APPLIES: dict[Kind, str] = {
    "capacity": "no spot capacity, or the machine is interrupted",
    "gpu count": "no capacity of this size",
    "precision": "a fault in the kernels of this weight format, or accuracy that does not do",
    "engine": "a fault in this engine or its version",
    "hardware": "no capacity of this GPU in the zones of the region",
}


@dataclass(frozen=True)
class Fallback:
    """One step of the chain."""

    kind: Kind
    candidate: Candidate
    capacity_type: CapacityType | None
    """How it is bought, where that is what the step changes."""
    followed: bool
    """Whether Karpenter goes there by itself."""
    applies: str
    """When the step is taken."""
    quality: str
    """What answers lose or gain."""
    ttft_factor: float | None
    """p95 time to first token against the chosen way; `None` where no speed is known."""
    tpot_factor: float | None
    usd_per_hour: float | None
    """Of the fleet that the stated load needs, by this step."""
    change: str
    """What to change in the environment; empty where nothing has to be."""


def fallback_chain(ranked: tuple[Candidate, ...], question: Question) -> tuple[Fallback, ...]:
    """The chain behind the first of `ranked`, which runs; no candidate is in it twice."""
    chosen, others = ranked[0], [candidate for candidate in ranked[1:] if candidate.runs]
    taken = {chosen.key}
    steps = list(_on_demand(chosen, others))
    for kind, candidate in _by_kind(chosen, others):
        if candidate.key not in taken:
            taken.add(candidate.key)
            steps.append(_step(kind, chosen, candidate, question))
    return tuple(steps)


def same_pod(chosen: Candidate, other: Candidate) -> bool:
    """Whether one pod template serves both: same image, same arguments, same share of a machine."""
    return (
        chosen.engine == other.engine
        and chosen.precision == other.precision
        and chosen.kv_precision == other.kv_precision
        and chosen.nodes == other.nodes
        and chosen.machine.gpu_count == other.machine.gpu_count
        and chosen.tensor_parallel == other.tensor_parallel
        and chosen.machine.provisioned
        and other.machine.provisioned
    )


def _on_demand(chosen: Candidate, others: list[Candidate]) -> Iterator[Fallback]:
    """The machine of the chosen pool that Karpenter buys when spot has run out: the cheapest on demand that runs the pod."""
    if chosen.price is None or chosen.price.spot is None or "on-demand" not in chosen.capacity_types:
        return
    here = (c for c in (chosen, *others) if c.pool == chosen.pool and same_pod(chosen, c))
    offered = {c.key: (c.price.on_demand * c.replicas, c) for c in here if c.price and c.price.on_demand is not None}
    if offered:
        fleet, cheapest = min(offered.values(), key=lambda offer: offer[0])
        yield Fallback("capacity", cheapest, "on-demand", True, APPLIES["capacity"], "the same", 1.0, 1.0, fleet, "")


def _by_kind(chosen: Candidate, others: list[Candidate]) -> Iterator[tuple[Kind, Candidate]]:
    """The best candidates of each kind; `others` are in order of price."""
    gpu, gpus = chosen.machine.accelerator, chosen.gpus
    formats = chosen.precision, chosen.kv_precision
    here = [c for c in others if c.machine.accelerator == gpu]
    counts = [
        c for c in here if c.gpus != gpus and (c.precision, c.kv_precision, c.engine) == (*formats, chosen.engine)
    ]
    yield from _best("gpu count", counts, lambda c: c.gpus < gpus)
    other_formats = [c for c in here if (c.precision, c.kv_precision) != formats and c.engine == chosen.engine]
    yield from _best("precision", other_formats, lambda c: (c.precision, c.kv_precision))
    yield from _best("engine", [c for c in here if c.engine != chosen.engine], lambda c: c.engine)
    elsewhere = [c for c in others if c.machine.accelerator != gpu]
    kept = {c.key: (c.precision, c.kv_precision, c.engine) == (*formats, chosen.engine) for c in elsewhere}
    nearest = sorted(elsewhere, key=lambda c: (not same_pod(chosen, c), not kept[c.key]))
    yield from _best("hardware", nearest, lambda c: c.machine.accelerator)


def _best(
    kind: Kind, others: list[Candidate], group: Callable[[Candidate], object]
) -> Iterator[tuple[Kind, Candidate]]:
    """The first candidate of each group."""
    seen = set()
    for candidate in others:
        if (key := group(candidate)) not in seen:
            seen.add(key)
            yield kind, candidate


def _step(kind: Kind, chosen: Candidate, candidate: Candidate, question: Question) -> Fallback:
    over = _over_budget(candidate, question)
    followed = same_pod(chosen, candidate) and candidate.pool != chosen.pool and not over
    old, new = chosen.latency, candidate.latency
    return Fallback(
        kind=kind,
        candidate=candidate,
        capacity_type=None,
        followed=followed,
        applies=APPLIES[kind],
        quality=quality(chosen, candidate),
        ttft_factor=_factor(old.ttft_p95, new.ttft_p95) if old and new else None,
        tpot_factor=_factor(old.tpot_p95, new.tpot_p95) if old and new else None,
        usd_per_hour=candidate.fleet_usd_per_hour,
        change="" if followed else _change(chosen, candidate, over),
    )


def _factor(old: Estimate | None, new: Estimate | None) -> float | None:
    return new.value / old.value if old and new else None


def _over_budget(candidate: Candidate, question: Question) -> str:
    """What all replicas would cost on demand, where that is more than they may."""
    price, budget = candidate.price, question.budget_usd_per_hour
    if price is None or price.on_demand is None or budget is None or price.on_demand * question.replicas <= budget:
        return ""
    return f"limits.budget_usd_per_hour: {price.on_demand * question.replicas:.2f} (now {budget:.2f})"


def _change(chosen: Candidate, candidate: Candidate, over_budget: str) -> str:
    """Keys of the model deployment that make the step the choice."""
    keys = []
    if candidate.engine != chosen.engine:
        keys.append(f"pin.engine: {candidate.engine}")
    if candidate.precision != chosen.precision:
        keys.append(f"pin.precision: {candidate.precision}")
    if candidate.kv_precision != chosen.kv_precision:
        keys.append(f"kv_precisions: [{candidate.kv_precision}]")
    if candidate.pool != chosen.pool:
        keys.append(f"pools: [{candidate.pool}]")
    elif candidate.gpus != chosen.gpus:
        keys.append(f"pin.gpu_count: {candidate.gpus}")
    if over_budget:
        keys.append(over_budget)
    return ", ".join(keys)
