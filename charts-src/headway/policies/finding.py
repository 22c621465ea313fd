"""What a rule reports: the shape that `headway check --format json` prints."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""Worst first."""


@dataclass(frozen=True)
class Finding:
    """One thing a rule found in one place."""

    rule: str
    traps: tuple[str, ...]
    """Numbers in the list of known traps (`S1`)."""
    severity: Severity
    file: str
    line: int
    """Line as an editor shows it; the first is 1."""
    object: str
    """`Kind/namespace/name`; empty for a file that holds none."""
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.object or 'file'}: {self.message}; {self.remedy} [{self.rule}]"
