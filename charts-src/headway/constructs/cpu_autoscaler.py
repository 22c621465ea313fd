"""The old way, kept to compare against: a plain HPA on CPU. For gateway and pages it is the right way."""

from typing import ClassVar

from cdk8s_plus_28 import k8s
from pydantic import Field

from headway.constructs.part import ManifestChart, Part
from headway.domain.noun import Noun, WholeSeconds
from headway.domain.objective import Replicas


class CpuAutoscalerProps(Noun):
    """One HPA."""

    name: str
    """Name of the Deployment, and of the HPA."""
    namespace: str
    """Where both are."""
    replicas: Replicas
    """Bounds; the minimum is at least 1."""
    utilization_percent: int = Field(default=70, ge=1, le=100)
    """Mean CPU, in percent of the request, that replicas are held at."""
    stabilization_seconds: WholeSeconds = 300
    """Scale-down window."""


class CpuAutoscaler(Part):
    """One HorizontalPodAutoscaler (autoscaling/v2) on mean CPU utilization."""

    component: ClassVar[str] = "autoscaler"

    def __init__(self, scope: Part | ManifestChart, id: str, props: CpuAutoscalerProps) -> None:
        super().__init__(scope, id, instance=props.name)
        target = k8s.MetricTargetV2(type="Utilization", average_utilization=props.utilization_percent)
        self.add(
            k8s.KubeHorizontalPodAutoscalerV2Props(
                metadata=k8s.ObjectMeta(name=props.name, namespace=props.namespace),
                spec=k8s.HorizontalPodAutoscalerSpecV2(
                    scale_target_ref=k8s.CrossVersionObjectReferenceV2(
                        api_version="apps/v1", kind="Deployment", name=props.name
                    ),
                    min_replicas=props.replicas.min,
                    max_replicas=props.replicas.max,
                    metrics=[
                        k8s.MetricSpecV2(
                            type="Resource", resource=k8s.ResourceMetricSourceV2(name="cpu", target=target)
                        )
                    ],
                    behavior=k8s.HorizontalPodAutoscalerBehaviorV2(
                        scale_down=k8s.HpaScalingRulesV2(stabilization_window_seconds=props.stabilization_seconds)
                    ),
                ),
            )
        )
