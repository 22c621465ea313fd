"""What is said about one change of replicas: one JSON line, and one sentence."""

import json
from dataclasses import asdict, dataclass, field

from headway.local.run_folder import RunFolder

LIMITS = {
    "TooManyReplicas": ", the most there may be",
    "TooFewReplicas": ", the fewest there may be",
    "ScaleUpLimit": ", as many at once as the policy allows",
    "ScaleDownLimit": ", as few at once as the policy allows",
}
"""The HPA's reasons for `ScalingLimited`, in words."""


@dataclass(frozen=True)
class ScalingEvent:
    """One change, with everything that led to it."""

    t: float
    """Seconds since the run began, in the cluster's time."""
    deployment: str
    before: int
    after: int
    by: str
    """`KEDA` between 0 and 1, `HPA` above."""
    metrics: dict[str, float | None]
    """What each trigger's query answered; null is no answer."""
    formula: str
    value: float | None
    target: float
    keda: str
    hpa: str
    limits: str
    pending_pods: int
    nodes_launched: int
    usd_total: float
    metrics_lost: bool = False

    @property
    def explanation(self) -> str:
        """The change in one sentence."""
        seen = ", ".join(f"{name} {_shown(value)}" for name, value in self.metrics.items())
        reason = self.keda if self.by == "KEDA" else self.hpa
        return (
            f"{self.deployment} went from {self.before} to {self.after}: {seen}; {self.formula} = {_shown(self.value)} "
            f"against {self.target:g} a replica; {self.by}: {reason}{f', {self.limits}' if self.limits else ''}; "
            f"{self.pending_pods} pods pending, {self.nodes_launched} nodes launched so far, "
            f"{self.usd_total:.3f} dollars"
        )

    @property
    def headline(self) -> str:
        """The change for a stage: what was seen, and who decided."""
        if self.metrics_lost or self.value is None:
            return f"The scaler reads no metrics: {self.by} sets {self.after}."
        if self.before == 0:
            return "Somebody asks and nothing runs: KEDA wakes the first replica."
        if self.after == 0:
            return "Nobody has asked for a whole cooldown: KEDA lets the last replica go."
        limit = LIMITS.get(self.limits, "")
        return f"Load {self.value:g}, a replica carries {self.target:g}: {self.by} sets {self.after}{limit}."

    def message(self) -> dict[str, object]:
        """As the control room gets it."""
        kept = ("metrics", "formula", "value", "keda", "hpa", "limits", "pending_pods", "nodes_launched", "usd_total")
        everything = asdict(self)
        return {
            "t": round(self.t, 2),
            "deployment": self.deployment,
            "from": self.before,
            "to": self.after,
            "by": self.by,
            "headline": self.headline,
            "explanation": self.explanation,
            "audit": {key: everything[key] for key in (*kept, "target", "metrics_lost")},
        }


@dataclass
class Audit:
    """Every event of the run, in memory and in the run folder."""

    folder: RunFolder
    events: list[ScalingEvent] = field(default_factory=list)

    def record(self, event: ScalingEvent) -> None:
        """Keeps one event."""
        self.events.append(event)
        with self.folder.audit.open("a", encoding="utf-8") as file:
            file.write(json.dumps(event.message()) + "\n")


def _shown(value: float | None) -> str:
    return "unknown" if value is None else f"{value:g}"
