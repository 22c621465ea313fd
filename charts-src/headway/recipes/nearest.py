"""When nothing fits: the candidates that miss by the least, and what would have to change for each."""

from headway.recipes.candidate import Candidate

NEAREST = 3


def nearest(candidates: tuple[Candidate, ...], most: int = NEAREST) -> tuple[Candidate, ...]:
    """The rejected candidates with the smallest shortfall, one for each GPU, count, format and engine.

    Where every rejection is a plain no, the first ones are as near as any.
    """
    found: dict[tuple[object, ...], Candidate] = {}
    for candidate in sorted((c for c in candidates if c.rejected_by), key=_distance):
        kind = (
            candidate.machine.accelerator,
            candidate.gpus,
            candidate.precision,
            candidate.kv_precision,
            candidate.engine,
        )
        found.setdefault(kind, candidate)
    return tuple(found.values())[:most]


def _distance(candidate: Candidate) -> tuple[float, float]:
    price = candidate.fleet_usd_per_hour
    shortfall = candidate.rejected_by.shortfall if candidate.rejected_by else 1.0
    return shortfall, price if price is not None else float("inf")
