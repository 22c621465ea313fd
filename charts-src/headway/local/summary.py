"""What came of a run."""

from dataclasses import dataclass
from typing import Any


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
    load: dict[str, Any] | None = None

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

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "requests": self.requests,
            "replicas": {"max": max(self.replicas_most.values(), default=0), "by_deployment": self.replicas_most},
            "scaling_events": self.scaling_events,
            "surveys": {"submitted": self.surveys["submitted"], "stored": self.stored},
            "usd": {"total": round(self.usd_total, 4)},
            "nodes": {"launched": self.nodes_launched},
            "wall_seconds": round(self.seconds, 1),
            "speed": self.speed,
            "lost": self.lost,
            "load": self.load,
        }
