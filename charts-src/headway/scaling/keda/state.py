"""What KEDA sees and what it remembers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

NANOSECONDS = 1_000_000_000


@dataclass(frozen=True)
class Reading:
    """What one trigger's source answers."""

    value: float | None = None
    """`None`: the source answers with an error, or not at all."""
    active: bool | None = None
    """What an external scaler says of itself; `None` takes the value against the activation threshold."""
    unreachable: bool = False
    """An external gRPC scaler that cannot even say which metrics it has: no failure is counted (trap S9)."""


@dataclass(frozen=True)
class Seen:
    """The target and the sources at one moment."""

    at: int
    """Nanoseconds; whole seconds of this clock are whole seconds of KEDA's."""
    spec_replicas: int
    readings: Mapping[str, Reading]
    """By the trigger's metric name; one that is missing has failed."""
    ready_pods: int = 0
    """Only fallback under metric type `Value` looks at it."""


@dataclass(frozen=True)
class Cached:
    """A trigger's answer at the last poll."""

    milli: int | None


@dataclass(frozen=True)
class KedaState:
    """The ScaledObject's status, as far as decisions depend on it."""

    created: int
    """`metadata.creationTimestamp`, in nanoseconds."""
    last_active: int | None = None
    """When a poll last found it active, in whole seconds of nanoseconds. `None` until the first time."""
    failures: Mapping[str, int] = field(default_factory=dict)
    """Failures in a row by metric name, counted per poll and per request of the HPA."""
    cached: Mapping[str, Cached] = field(default_factory=dict)
    active: bool = False
    """Condition Active."""
    reason: str = ""
    """Reason of condition Active, or of Ready where triggers fail."""
    falling_back: bool = False
    """Condition Fallback."""
