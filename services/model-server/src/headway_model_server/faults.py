"""What is wrong with a start: where, what, and what would be right; all of it at once."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StartFault:
    """One thing that is wrong."""

    place: str
    """Option or flag as it was written, or the part that is missing."""
    problem: str
    """What is wrong, with the value."""
    remedy: str
    """What would be right."""

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}; {self.remedy}"


class CannotStart(Exception):
    """Nothing was started; `faults` holds every reason."""

    def __init__(self, faults: tuple[StartFault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults
