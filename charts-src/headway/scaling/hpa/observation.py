"""What a controller sees at one sync."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

NANOSECONDS = 1_000_000_000


@dataclass(frozen=True)
class Container:
    """One container; amounts in thousandths of the resource's unit."""

    name: str
    requests: Mapping[str, int] = field(default_factory=dict)
    usage: Mapping[str, int] | None = None
    """What the metrics server measured; `None` where it has no figure for this container."""


@dataclass(frozen=True)
class Measured:
    """When the metrics server measured a pod."""

    at: int
    """End of the measurement, in nanoseconds."""
    window: int = 0
    """Its length, in nanoseconds."""


@dataclass(frozen=True)
class Pod:
    """One pod under the target's selector; times in nanoseconds of the observation's clock."""

    name: str
    phase: Literal["Pending", "Running", "Succeeded", "Failed", "Unknown"] = "Running"
    ready: bool | None = True
    """The Ready condition; `None` where the pod has none yet."""
    ready_since: int = 0
    """When the Ready condition last changed."""
    started: int | None = None
    """`status.startTime`."""
    deleting: bool = False
    containers: tuple[Container, ...] = ()
    measured: Measured | None = None
    """`None` where the metrics server does not know the pod."""
    custom: Mapping[str, int] = field(default_factory=dict)
    """Values of `Pods` metrics by name, in thousandths."""


@dataclass(frozen=True)
class Observation:
    """The target's scale, its pods and the metrics."""

    at: int
    """Nanoseconds on any clock that does not go back."""
    spec_replicas: int
    status_replicas: int
    """Pods that exist, ready or not."""
    pods: tuple[Pod, ...] = ()
    values: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """External and object metrics by name, in thousandths; an empty one is lost."""
    otherwise: tuple[int, ...] = ()
    """Value of the metrics that are not named; empty where they are lost."""
    selector: Literal["valid", "missing", "invalid", "ambiguous"] = "valid"
    """State of the target's pod selector; `ambiguous` where pods are under more than one HPA."""
    scale_error: Literal["get", "update"] | None = None
    """Whether the target's scale cannot be read, or cannot be written."""


_READY, _LOADING = Pod("ready"), Pod("loading", ready=False)


def identical_pods(status_replicas: int, ready: int) -> tuple[Pod, ...]:
    """Pods of which only the number is known, nothing measured. Ready ones that are being deleted can exceed the status."""
    return (_READY,) * ready + (_LOADING,) * max(0, status_replicas - ready)
