"""What an HPA states, with the defaults that an API server fills in (Kubernetes 1.35, autoscaling/v2)."""

from dataclasses import dataclass
from typing import Literal

Source = Literal["External", "Object", "Pods", "Resource", "ContainerResource"]
TargetKind = Literal["Value", "AverageValue", "Utilization"]


@dataclass(frozen=True)
class Metric:
    """One entry of `spec.metrics`."""

    source: Source
    name: str
    """Name of the metric, or of the resource."""
    target: TargetKind
    amount: int
    """Thousandths of the target value; percent for `Utilization`."""
    container: str = ""
    """Whose usage counts; empty for the whole pod."""


@dataclass(frozen=True)
class Policy:
    """How many pods, or percent of the pods, may come or go in a period."""

    kind: Literal["Pods", "Percent"]
    value: int
    period_seconds: int


@dataclass(frozen=True)
class Rules:
    """One direction of `behavior`."""

    policies: tuple[Policy, ...]
    window_seconds: int | None
    """Stabilization; `None` takes the controller's downscale window."""
    select: Literal["Max", "Min", "Disabled"] = "Max"
    tolerance: float | None = None
    """Share of the target that is ignored; `None` takes the controller's."""


@dataclass(frozen=True)
class Behavior:
    """Both directions; an API server fills in the one that is missing."""

    up: Rules
    down: Rules


@dataclass(frozen=True)
class HpaSpec:
    """A whole HorizontalPodAutoscaler, as its controller reads it."""

    min_replicas: int
    max_replicas: int
    metrics: tuple[Metric, ...]
    behavior: Behavior | None = None
    """`None` scales by fixed rules: at most the double or 4, down after the controller's window."""


DEFAULT_UP = Rules(policies=(Policy("Pods", 4, 15), Policy("Percent", 100, 15)), window_seconds=0)
DEFAULT_DOWN = Rules(policies=(Policy("Percent", 100, 15),), window_seconds=None)
DEFAULT_METRICS = (Metric("Resource", "cpu", "Utilization", 80),)
