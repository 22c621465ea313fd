"""The queue scaler: a ScaledObject whose formula is the scaling law, made for losing its metrics without losing pods."""

from typing import ClassVar, Literal

from pydantic import Field

from headway.constructs.part import ManifestChart, Part
from headway.constructs.references import Endpoint
from headway.domain.engine import EngineContract
from headway.domain.noun import Noun, WholeSeconds
from headway.domain.objective import Replicas
from headway.kinds import (
    Advanced,
    Fallback,
    HorizontalPodAutoscalerConfig,
    Metadata,
    ScaledObject,
    ScaledObjectSpec,
    ScaleTargetRef,
    ScalingBehavior,
    ScalingModifiers,
    ScalingPolicy,
    ScalingRules,
    Trigger,
)
from headway.recipes import Lifecycle
from headway.scaling import ScalingLaw, otel_query, promql

FAILURES_BEFORE_FALLBACK = 3
OTEL_SCALER = "keda-otel-scaler.keda.svc:4318"
"""The otel-add-on's KEDA gRPC port; 4317 is its OTLP receiver."""


class QueueScalerProps(Noun, arbitrary_types_allowed=True):
    """One deployment's scaler."""

    name: str
    """Name of the scaled workload, and of the scaler."""
    namespace: str
    """Where both are."""
    target_ref: ScaleTargetRef
    """What is scaled."""
    replicas: Replicas
    """Bounds."""
    law: ScalingLaw
    """The law."""
    target: int = Field(ge=1)
    """Value of the law that one replica carries."""
    engine: EngineContract
    """Whose metrics are read."""
    served_name: str
    """The model's name on those metrics."""
    scaler: Literal["prometheus", "otel", "kedify-otel"]
    """What the installed KEDA can ask."""
    metrics: Endpoint
    """Where Prometheus answers."""
    polling_seconds: WholeSeconds
    """How often KEDA looks while at zero; never more often than metrics are scraped."""
    lifecycle: Lifecycle
    """Windows that outlast a cold start."""
    scale_up_percent: int
    """Growth in one period."""
    scale_up_period_seconds: WholeSeconds
    """The period."""


class QueueScaler(Part):
    """One ScaledObject."""

    component: ClassVar[str] = "scaler"

    def __init__(self, scope: Part | ManifestChart, id: str, props: QueueScalerProps) -> None:
        super().__init__(scope, id, instance=props.name)
        may_sleep = props.replicas.min == 0
        expression = props.law.expression(may_sleep)
        self.add(
            ScaledObject(
                metadata=Metadata(name=props.name, namespace=props.namespace),
                spec=ScaledObjectSpec(
                    scale_target_ref=props.target_ref,
                    polling_interval=props.polling_seconds,
                    cooldown_period=props.lifecycle.cooldown_seconds,
                    initial_cooldown_period=props.lifecycle.cooldown_seconds,
                    min_replica_count=props.replicas.min,
                    max_replica_count=props.replicas.max,
                    fallback=Fallback(
                        failure_threshold=FAILURES_BEFORE_FALLBACK,
                        replicas=max(1, props.replicas.min),
                        behavior="currentReplicasIfHigher",
                    ),
                    advanced=Advanced(
                        restore_to_original_replica_count=False,
                        horizontal_pod_autoscaler_config=HorizontalPodAutoscalerConfig(
                            behavior=scaling_behavior(props)
                        ),
                        scaling_modifiers=ScalingModifiers(
                            formula=expression.render(), target=str(props.target), metric_type="AverageValue"
                        ),
                    ),
                    triggers=tuple(_trigger(name, props, may_sleep) for name in expression.metrics()),
                ),
            )
        )


def scaling_behavior(props: QueueScalerProps) -> ScalingBehavior:
    """Up at once, down slowly: the window outlasts a cold start, so that a pod is not deleted while its twin loads."""
    return ScalingBehavior(
        scale_up=ScalingRules(
            stabilization_window_seconds=0,
            select_policy="Max",
            policies=(
                ScalingPolicy(
                    type="Percent", value=props.scale_up_percent, period_seconds=props.scale_up_period_seconds
                ),
            ),
        ),
        scale_down=ScalingRules(
            stabilization_window_seconds=props.lifecycle.stabilization_seconds,
            select_policy="Max",
            policies=(ScalingPolicy(type="Percent", value=50, period_seconds=60),),
        ),
    )


def _trigger(metric: str, props: QueueScalerProps, may_sleep: bool) -> Trigger:
    target = str(props.target)
    if props.scaler == "prometheus":
        query = promql(metric, props.engine, props.served_name, props.name, may_sleep)
        metadata = {
            "serverAddress": props.metrics.url,
            "query": query,
            "threshold": target,
            "ignoreNullValues": "false",
        }
        return Trigger(type="prometheus", name=metric, metadata=metadata, metric_type="AverageValue")
    query = otel_query(metric, props.engine, props.served_name, props.name)
    metadata = {"metricQuery": query, "operationOverTime": "last_one", "targetValue": target}
    if props.scaler == "kedify-otel":
        return Trigger(type="kedify-otel", name=metric, metadata=metadata, metric_type="AverageValue")
    external = {"scalerAddress": OTEL_SCALER, **metadata}
    return Trigger(type="external", name=metric, metadata=external, metric_type="AverageValue")
