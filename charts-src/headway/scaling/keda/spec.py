"""What a ScaledObject states, with KEDA 2.20's defaults."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

MetricType = Literal["AverageValue", "Value", "Utilization"]
FallbackBehavior = Literal[
    "static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower", "scalingModifiers"
]
RESOURCE_TRIGGERS = ("cpu", "memory")
COMPOSITE = "composite-metric"
"""Name of the one metric that a formula gives to the HPA."""


@dataclass(frozen=True)
class Trigger:
    """One entry of `spec.triggers`."""

    type: str
    name: str
    """How the formula calls it; empty where it has none."""
    metric: str
    """Name of its metric on the HPA: `s0-prometheus`."""
    metric_type: MetricType
    target: str | None
    """Target as it is written; `None` where its type is not known here."""
    activation: float
    """Active above this value."""
    cached: bool
    """Whether the HPA reads the value of the last poll."""
    container: str = ""
    """Of a cpu or memory trigger; empty for the whole pod."""

    @property
    def external(self) -> bool:
        """Whether KEDA answers for it; cpu and memory are the metrics server's."""
        return self.type not in RESOURCE_TRIGGERS


@dataclass(frozen=True)
class Modifiers:
    """`advanced.scalingModifiers`."""

    formula: str
    target: str
    activation: float
    """Active above this value of the formula."""
    metric_type: MetricType


@dataclass(frozen=True)
class Fallback:
    """What counts when metrics are lost."""

    failure_threshold: int
    """Failures that must be exceeded."""
    replicas: int
    behavior: FallbackBehavior = "static"


@dataclass(frozen=True)
class Pause:
    """Annotations that hold KEDA back or push it."""

    all: bool = False
    """`paused` or `paused-replicas`: no poll, no HPA."""
    replicas: int | None = None
    """`paused-replicas`: where the target is put."""
    scale_in: bool = False
    scale_out: bool = False
    force_activation: bool = False


@dataclass(frozen=True)
class ScaledObjectSpec:
    """A whole ScaledObject, as the operator reads it."""

    name: str
    triggers: tuple[Trigger, ...]
    target_ref: Mapping[str, Any]
    min_replicas: int = 0
    max_replicas: int = 100
    idle_replicas: int | None = None
    polling_seconds: int = 30
    cooldown_seconds: int = 300
    initial_cooldown_seconds: int = 0
    modifiers: Modifiers | None = None
    fallback: Fallback | None = None
    behavior: Mapping[str, Any] | None = None
    """Of the HPA, as it is written."""
    hpa_name: str = ""
    """Empty for `keda-hpa-` and the name."""
    pause: Pause = field(default_factory=Pause)

    @property
    def fallback_counts(self) -> bool:
        """Whether failures are counted at all: with a formula only under a whole-numbered target (trap S8)."""
        if self.fallback is None:
            return False
        if self.modifiers is None:
            return True
        target = self.modifiers.target
        return bool(re.fullmatch(r"[+-]?[0-9]+", target, re.ASCII)) and 0 < int(target) < 2**63
