"""What came of a run."""

from dataclasses import dataclass
from typing import Any

from headway.local.load_result import LoadResult


@dataclass(frozen=True)
class Summary:
    """Counts over the whole run."""

    requests: dict[str, int]
    replicas_most: dict[str, int]
    """Most replicas ready at once, by deployment."""
    scaling_events: list[dict[str, Any]]
    surveys: dict[str, int]
    usd_total: float
    nodes_launched: int
    seconds: float
    """On the wall."""
    speed: float
    stored: int | None
    """Survey answers in the bucket; `None` where it could not be asked."""
    first_answer_seconds: float | None = None
    """On the wall, from the start to the first streamed answer; `None` where there was none."""
    load: LoadResult | None = None
    """Of the last profile; `None` where none was played."""

    @property
    def lost(self) -> list[str]:
        """What was accepted and lost; empty for a good run."""
        found = []
        if self.requests["failed"]:
            found.append(f"{self.requests['failed']} accepted requests were not answered in full")
        acknowledged = self.surveys["acknowledged"]
        if acknowledged and (self.stored is None or self.stored < acknowledged):
            found.append(f"{acknowledged} survey answers were acknowledged, {self.stored} are stored")
        return found

    @property
    def good(self) -> bool:
        """Whether nothing accepted was lost, and the load was played and kept its thresholds."""
        return not self.lost and not (self.load and self.load.faults)

    def lines(self) -> list[str]:
        """What was not good, for the terminal."""
        faults = self.load.faults if self.load else []
        return [*(f"lost: {line}" for line in self.lost), *(f"load: {line}" for line in faults)]

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "requests": self.requests,
            "replicas": {"max": max(self.replicas_most.values(), default=0), "by_deployment": self.replicas_most},
            "scaling_events": self.scaling_events,
            "surveys": {"submitted": self.surveys["submitted"], "stored": self.stored},
            "usd": {"total": round(self.usd_total, 4)},
            "nodes": {"launched": self.nodes_launched},
            "first_answer_seconds": self.first_answer_seconds and round(self.first_answer_seconds, 1),
            "wall_seconds": round(self.seconds, 1),
            "speed": self.speed,
            "lost": self.lost,
            "load": self.load and self.load.summary,
            "load_faults": self.load.faults if self.load else [],
        }
