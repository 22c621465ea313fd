"""A fault in a file that people write: where it is, what is wrong, what would be right."""

import difflib
from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong: `file:line: path: what is wrong; what would be right`."""

    file: str
    line: int
    """Line as an editor shows it; the first is 1."""
    path: str
    """Key, column or place in the file; empty when the whole of it is meant."""
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.line}: {where}{self.problem}; {self.remedy}"


def did_you_mean(word: str, known: Collection[str], otherwise: str | None = None) -> str:
    """A remedy for an unknown name: the one it begins, the nearest known one, else `otherwise` or the list of them.

    Upper and lower case count as the same.
    """
    by_lower = {name.lower(): name for name in known}
    begun = [name for name in by_lower if word and name.startswith(word.lower())]
    near = begun if len(begun) == 1 else difflib.get_close_matches(word.lower(), by_lower, n=1)
    if near:
        return f"did you mean {by_lower[near[0]]}?"
    if otherwise is not None:
        return otherwise
    shown = ", ".join(sorted(known)[:8])
    return f"known are {shown}{', …' if len(known) > 8 else ''}" if known else "remove it"
