"""What a controller remembers between syncs, and what it writes to the HPA's status."""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Condition:
    """One status condition."""

    status: bool
    reason: str


@dataclass(frozen=True)
class Conditions:
    """The three conditions; each keeps its last value until a sync sets it, and is `None` before the first time."""

    able_to_scale: Condition | None = None
    scaling_active: Condition | None = None
    scaling_limited: Condition | None = None

    def reasons(self) -> dict[str, str | None]:
        """Reason by condition type."""
        named = {
            "AbleToScale": self.able_to_scale,
            "ScalingActive": self.scaling_active,
            "ScalingLimited": self.scaling_limited,
        }
        return {name: condition.reason if condition else None for name, condition in named.items()}


@dataclass(frozen=True)
class Recommendation:
    """Replicas that the metrics asked for, before any window, limit or bound."""

    replicas: int
    at: int


@dataclass(frozen=True)
class ScaleEvent:
    """A change that was made."""

    change: int
    """Pods that came or went; never negative."""
    at: int
    reusable: bool = False
    """Older than the longest period; the next event takes its place."""


@dataclass(frozen=True)
class State:
    """Everything that a decision needs beside the spec and the observation."""

    recommendations: tuple[Recommendation, ...] = ()
    ups: tuple[ScaleEvent, ...] = ()
    downs: tuple[ScaleEvent, ...] = ()
    conditions: Conditions = field(default_factory=Conditions)
    """Part of the HPA's status, so it outlives the controller."""

    def restarted(self) -> "State":
        """The state after the controller was restarted: windows and periods are forgotten."""
        return replace(State(), conditions=self.conditions)
