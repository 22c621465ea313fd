"""Whether the promise is kept: the fewest replicas that keep it, and what breaks it where none do.

Central predictions with the objective's margin on top are compared; how far a prediction may be off is shown beside it.
"""

import math

from headway.domain.noun import counted
from headway.domain.objective import Objective
from headway.recipes.candidate import Rejection
from headway.recipes.latency import Serving
from headway.recipes.question import Question


def fewest_replicas(served: Serving, question: Question) -> int | None:
    """Replicas between the floor and the most allowed; more never make it slower. `None` where even the most do not do."""
    rate, _ = served.capacity
    if rate <= 0.0:
        return None
    least = max(question.replicas_min, math.floor(served.requests_per_second / rate) + 1)
    most = question.replicas
    if least > most:
        return None
    if _kept(served, least, question.objective):
        return least
    if not _kept(served, most, question.objective):
        return None
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if _kept(served, middle, question.objective) else (middle, most)
    return most


def too_slow(served: Serving, question: Question) -> Rejection | None:
    """What breaks the promise on the most replicas: the load itself, the first token, or those after it."""
    objective, load, most = question.objective, question.workload.requests_per_second, question.replicas
    rate, limit = served.capacity
    if load / most >= rate:
        needed = (
            f"at least {counted(math.floor(load / rate) + 1, 'replica')}" if rate else "a shorter prompt and answer"
        )
        return Rejection(
            f"{counted(most, 'replica')} can carry {rate * most:.2f} requests/s ({limit}), the load is {load:g}",
            load, round(rate * most, 2), "requests/s", needed,
        )  # fmt: skip
    times = served.promise(most, objective.percentile) if objective else None
    if objective is None or times is None:
        return None
    promises = objective.ttft_seconds, objective.tpot_seconds
    broken = (_broken(*time, objective) for time in zip(("TTFT", "TPOT"), times, promises, strict=True))
    return next(filter(None, broken), None)


def _broken(name: str, predicted: float, promised: float, objective: Objective) -> Rejection | None:
    needed = predicted * _factor(objective)
    if needed <= promised:
        return None
    margin = f", {needed:.3g} s with a margin of {objective.margin_percent} %" if objective.margin_percent else ""
    change = "more replicas" if math.isinf(needed) else f"an objective of {_rounded_up(needed):g} s for {name}"
    reason = f"p{objective.percentile} {name} {predicted:.3g} s{margin}, objective {promised:g} s"
    return Rejection(reason, promised, round(predicted, 4), "s", change)


def _kept(served: Serving, replicas: int, objective: Objective | None) -> bool:
    if objective is None:
        return served.requests_per_second / replicas < served.capacity[0]
    times = served.promise(replicas, objective.percentile)
    factor = _factor(objective)
    return (
        times is not None
        and times[0] * factor <= objective.ttft_seconds
        and times[1] * factor <= objective.tpot_seconds
    )


def _factor(objective: Objective) -> float:
    return 1 + objective.margin_percent / 100


def _rounded_up(seconds: float) -> float:
    """To two figures, never down."""
    step: float = 10 ** (math.floor(math.log10(seconds)) - 1)
    return math.ceil(seconds / step) * step
