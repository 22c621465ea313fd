"""One row of the catalogue, its bound, and what was measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Criterion:
    """Whether it holds was decided by who measured it."""

    row: str
    """`F4`, or `all` for what every fault must keep."""
    what: str
    bound: str
    measured: str
    holds: bool


def none(row: str, what: str, count: int) -> Criterion:
    """Something that must never happen."""
    return Criterion(row, what, "0", f"{count:,}", count == 0)


def at_most(row: str, what: str, measured: float, bound: float, unit: str = "s") -> Criterion:
    """A measure with an upper bound, two decimals shown."""
    return Criterion(row, what, f"≤ {bound:g} {unit}", f"{measured:.2f} {unit}", measured <= bound)


def beside_alone(row: str, what: str, beside: list[float], alone: list[float], ratio: float) -> Criterion:
    """The 99th percentile of seconds beside a fault, against those of a time without it."""
    with_fault, without = p99(beside), p99(alone)
    told = f"{with_fault / without:.2f} × ({with_fault * 1000:.1f} ms beside {without * 1000:.1f})"
    return Criterion(row, what, f"≤ {ratio:g} × alone", told, with_fault <= ratio * without)


def p99(seconds: list[float]) -> float:
    """The 99th percentile."""
    return sorted(seconds)[int(len(seconds) * 0.99)]
