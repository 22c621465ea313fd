"""keda.sh ScaledObject: what scales a workload, and how far."""

from collections import Counter
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from headway.kinds.resource import Metadata, ObjectName, Resource, Spec
from headway.kinds.scaling_behavior import ScalingBehavior
from headway.kinds.scaling_modifiers import ScalingModifiers, is_expr_identifier


class ScaleTargetRef(Spec):
    """The workload whose replicas are scaled, in the same namespace."""

    api_version: str = "apps/v1"
    kind: str = "Deployment"
    name: ObjectName


class Fallback(Spec):
    """What to do when metrics are lost."""

    failure_threshold: Annotated[int, Field(ge=0)]
    """Failures in a row that must be exceeded; counted per poll and per HPA request."""
    replicas: Annotated[int, Field(ge=0)]
    behavior: (
        Literal[
            "static",
            "currentReplicas",
            "currentReplicasIfHigher",
            "currentReplicasIfLower",
            "scalingModifiers",
        ]
        | None
    ) = None
    """KEDA takes `static`; `currentReplicasIfHigher` never shrinks a fleet that is busy."""


class HorizontalPodAutoscalerConfig(Spec):
    """The HPA that KEDA writes."""

    name: ObjectName | None = None
    """KEDA takes `keda-hpa-` and the ScaledObject's name."""
    behavior: ScalingBehavior | None = None


class Advanced(Spec):
    """Options beside the triggers."""

    restore_to_original_replica_count: bool | None = None
    """Whether deleting the ScaledObject puts back the replicas it found."""
    horizontal_pod_autoscaler_config: HorizontalPodAutoscalerConfig | None = None
    scaling_modifiers: ScalingModifiers | None = None


class AuthenticationRef(Spec):
    """Where a trigger finds its credentials."""

    name: ObjectName
    kind: Literal["TriggerAuthentication", "ClusterTriggerAuthentication"] = "TriggerAuthentication"


class Trigger(Spec):
    """One source of load."""

    type: Annotated[str, Field(min_length=1)]
    """Scaler (`prometheus`, `external-push`); which exist depends on the KEDA that is installed."""
    name: Annotated[str, Field(min_length=1)] | None = None
    """How the formula calls it."""
    metadata: dict[str, str]
    """Settings of the scaler. KEDA accepts strings only: `"25"`, `"true"`."""
    metric_type: Literal["AverageValue", "Value", "Utilization"] | None = None
    """KEDA takes `AverageValue`: the query must then give the total over all pods."""
    use_cached_metrics: bool | None = None
    """Whether the HPA reads the last polled value rather than asking again."""
    authentication_ref: AuthenticationRef | None = None


class ScaledObjectSpec(Spec):
    """Target, bounds and triggers."""

    scale_target_ref: ScaleTargetRef
    polling_interval: Annotated[int, Field(ge=1)] | None = None
    """Seconds between polls (KEDA: 30). Speeds up 0 to 1 only; 1 to N is the HPA's own loop."""
    cooldown_period: Annotated[int, Field(ge=0)] | None = None
    """Seconds after the last activity before N to 0 (KEDA: 300); must outlast a stream and a cold start."""
    initial_cooldown_period: Annotated[int, Field(ge=0)] | None = None
    """Seconds a new ScaledObject waits before its first scale to zero (KEDA: 0)."""
    min_replica_count: Annotated[int, Field(ge=0)]
    max_replica_count: Annotated[int, Field(ge=1)]
    fallback: Fallback | None = None
    advanced: Advanced | None = None
    triggers: Annotated[tuple[Trigger, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _bounds_are_ordered(self) -> Self:
        if self.min_replica_count > self.max_replica_count:
            raise ValueError(
                f"minReplicaCount is {self.min_replica_count} and maxReplicaCount is "
                f"{self.max_replica_count}; the minimum must not exceed the maximum"
            )
        return self

    @model_validator(mode="after")
    def _trigger_names_are_unique(self) -> Self:
        names = Counter(trigger.name for trigger in self.triggers if trigger.name)
        twice = sorted(name for name, times in names.items() if times > 1)
        if twice:
            raise ValueError(f"trigger name {', '.join(twice)} is used more than once; give each its own")
        return self

    @model_validator(mode="after")
    def _formula_can_name_every_trigger(self) -> Self:
        if self.advanced and self.advanced.scaling_modifiers:
            for index, trigger in enumerate(self.triggers):
                _check_usable_in_formula(index, trigger)
        return self


class ScaledObject(Resource):
    """Scales one workload by metrics."""

    api_version = "keda.sh/v1alpha1"
    kind = "ScaledObject"

    spec: ScaledObjectSpec

    @model_validator(mode="after")
    def _name_fits(self) -> Self:
        _check_name_length(self.metadata)
        return self


def _check_usable_in_formula(index: int, trigger: Trigger) -> None:
    if trigger.type in ("cpu", "memory"):
        raise ValueError(f"triggers[{index}] is a {trigger.type} trigger; KEDA's formula cannot use those")
    if trigger.name is None:
        raise ValueError(f"triggers[{index}] has no name; with a formula every trigger needs one")
    if not is_expr_identifier(trigger.name):
        raise ValueError(
            f"trigger name {trigger.name!r} is not an expr identifier; "
            "use letters, digits and underscores, no digit first, no keyword"
        )


def _check_name_length(metadata: Metadata) -> None:
    if len(metadata.name) > 63:
        raise ValueError(f"name {metadata.name} has {len(metadata.name)} characters; KEDA refuses more than 63")
