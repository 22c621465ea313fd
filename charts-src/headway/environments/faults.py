"""Faults in an environment: each names the place, the fault and the remedy; all are reported at once.

EnvironmentFaults      bad input, exit code 2; `faults` holds every one found
"""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong: `file:line: path: what is wrong; what would be right`."""

    file: str
    line: int
    path: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.line}: {where}{self.problem}; {self.remedy}"


class EnvironmentFaults(Exception):
    """An environment that cannot be rendered, with every fault found in it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A remedy for an unknown name: the one it begins, the nearest known one, or the list of them; case does not count."""
    by_lower = {name.lower(): name for name in known}
    begun = [name for name in by_lower if name.startswith(word.lower())]
    near = begun if len(begun) == 1 else difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    if near:
        return f"did you mean {by_lower[near[0]]}?"
    shown = ", ".join(sorted(known)[:8])
    return f"known are {shown}{', …' if len(known) > 8 else ''}" if known else "remove it"
