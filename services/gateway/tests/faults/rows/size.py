"""How much of everything a run does."""

from dataclasses import dataclass

FULL = 10_000
"""Requests of the mix in a full run."""


@dataclass(frozen=True)
class Size:
    """Every count, in proportion to the requests of the mix; see `FULL`."""

    runs: int = FULL
    """Requests of the mix, survey answers of each kind, and made-up ids."""
    seed: int = 1

    @property
    def full(self) -> bool:
        """Whether the counts are those that the catalogue asks for."""
        return self.runs >= FULL

    def share(self, of_full: int) -> int:
        """What a count of a full run is in this one; at least 2."""
        return max(2, of_full * self.runs // FULL)
