"""How fast a HorizontalPodAutoscaler may move, per direction."""

from typing import Annotated, Literal

from pydantic import Field

from headway.kinds.resource import Spec


class ScalingPolicy(Spec):
    """A step: so many pods, or so many percent of them, in a period."""

    type: Literal["Pods", "Percent"]
    value: Annotated[int, Field(gt=0)]
    """Pods, or percent of the replicas at the start of the period (900 lets 1 become 10 in one step)."""
    period_seconds: Annotated[int, Field(gt=0, le=1800)]


class ScalingRules(Spec):
    """Rules of one direction."""

    stabilization_window_seconds: Annotated[int, Field(ge=0, le=3600)] | None = None
    """How long past recommendations count; downwards it should outlast one cold start."""
    select_policy: Literal["Max", "Min", "Disabled"] | None = None
    """Which policy wins when several apply; Kubernetes takes `Max`."""
    policies: Annotated[tuple[ScalingPolicy, ...], Field(min_length=1)] | None = None


class ScalingBehavior(Spec):
    """Rules of both directions; a direction left out has Kubernetes' defaults."""

    scale_up: ScalingRules | None = None
    scale_down: ScalingRules | None = None
