"""What can be wrong with a checkpoint. All faults travel in one exception:

ValueError
└── UnreadableModel    .faults: one `ModelFault` for every wrong key, tensor or file
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class ModelFault:
    """One thing that is wrong: `place: what is wrong, with the value; what would be right`."""

    place: str
    """File and key or tensor (`config.json: num_hidden_layers`)."""
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}; {self.remedy}"


class UnreadableModel(ValueError):
    """The checkpoint cannot be read; the message has one line for each fault."""

    def __init__(self, faults: Iterable[ModelFault]) -> None:
        self.faults = tuple(dict.fromkeys(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


def shown(value: object) -> str:
    """A value as an error shows it: as written, and never longer than a line."""
    text = str(value) if isinstance(value, int) and abs(value) < 10**30 else ascii_of(value)
    return text if len(text) <= 60 else text[:57] + "..."


def ascii_of(value: object) -> str:
    """`repr` without control characters, and without the digits of an integer too long to print."""
    return "a number of more than 30 digits" if type(value) is int else ascii(value)
