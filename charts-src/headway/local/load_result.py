"""What came of one load profile."""

import signal
from dataclasses import dataclass
from typing import Any

CROSSED = 99
"""k6's exit code where a threshold was crossed."""
ENDED = (105, -signal.SIGTERM)
"""Those of a k6 that was told to end: while it plays, and before it listens to signals."""


@dataclass(frozen=True)
class LoadResult:
    """The end of one k6."""

    profile: str
    exit_code: int
    told_to_end: bool
    summary: dict[str, Any] | None
    """k6's own; `None` where it wrote none."""
    last_lines: str

    @property
    def stopped(self) -> bool:
        """Whether it was told to end before it had played everything."""
        return self.told_to_end and self.exit_code not in (0, CROSSED)

    @property
    def crossed(self) -> list[str]:
        """Metrics whose thresholds were crossed."""
        thresholds: dict[str, bool] = (self.summary or {}).get("thresholds", {})
        return sorted(name for name, kept in thresholds.items() if not kept)

    @property
    def failure(self) -> str | None:
        """Why the profile was not played, where k6 itself failed."""
        if self.exit_code in (0, CROSSED) or (self.told_to_end and self.exit_code in ENDED):
            return None
        said = f": {self.last_lines}" if self.last_lines else ""
        return f"k6 ended with exit code {self.exit_code} in {self.profile}{said}"

    @property
    def faults(self) -> list[str]:
        """One line for each; empty where everything was kept."""
        failed = [self.failure] if self.failure else []
        return failed + [f"{self.profile} crossed the threshold of {name}" for name in self.crossed]

    def __str__(self) -> str:
        ended = "k6 was stopped in" if self.stopped else "k6 has played"
        return "; ".join(self.faults) or f"{ended} {self.profile}, no threshold was crossed"
