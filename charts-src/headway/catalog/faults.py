"""What can be wrong with the catalog's files. All faults of all files travel in one exception:

ValueError
└── CatalogFault    .faults: one `Fault` for every wrong cell, row or header
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one file, with what would be right."""

    file: str
    """Name of the file (`prices.csv`)."""
    line: int
    """Line as an editor shows it; the header is line 1."""
    column: str
    """Column of the cell; `row` or `file` when no single cell is to blame."""
    wrong: str
    """What is wrong, with the value."""
    right: str
    """What would be right."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.column}: {self.wrong}; {self.right}"


class CatalogFault(ValueError):
    """The catalog cannot be used; the message has one line for each fault."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def nearest(word: str, known: Iterable[str], otherwise: str) -> str:
    """A question with the closest known word in any case, or `otherwise` when none is close."""
    by_lower = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), by_lower, n=1)
    return f"did you mean {by_lower[close[0]]!r}?" if close else otherwise
