"""Node pools: GPU machines of one accelerator and one count each, and general machines for everything else."""

from typing import ClassVar

from headway.constructs.engine_pod import POOL_LABEL
from headway.constructs.part import ManifestChart, Part
from headway.domain.accelerator import Accelerator
from headway.domain.gpu_pool import GpuPool
from headway.domain.noun import Noun
from headway.kinds import (
    Budget,
    Disruption,
    Metadata,
    NodeClassRef,
    NodeMetadata,
    NodePool,
    NodePoolSpec,
    NodeTemplate,
    NodeTemplateSpec,
    Requirement,
    Taint,
)
from headway.recipes import Machine

TERMINATION_GRACE = "30m"
"""Longest that a node waits for its pods once it must go; above every pod's own grace period."""
GENERAL_VCPUS = 200


class GpuNodePoolProps(Noun, arbitrary_types_allowed=True):
    """One GPU pool."""

    name: str
    """Name of the pool."""
    pool: GpuPool
    """What it admits."""
    accelerator: Accelerator
    """What it carries."""
    gpu_name: str
    """Value of Karpenter's GPU-name label on its machines."""
    machines: tuple[Machine, ...]
    """Its machines."""
    zones: tuple[str, ...]
    """Where they may start."""
    node_class: str
    """How they start."""
    weight: int | None = None
    """Higher is tried first, where deployments name several pools."""


class GpuNodePool(Part):
    """One NodePool. Architecture, GPU name and GPU count are pinned: the wrong machine is never the cheapest (trap H7)."""

    component: ClassVar[str] = "nodes"

    def __init__(self, scope: Part | ManifestChart, id: str, props: GpuNodePoolProps) -> None:
        super().__init__(scope, id, instance=props.name)
        pool = props.pool
        self.add(
            NodePool(
                metadata=Metadata(name=props.name),
                spec=NodePoolSpec(
                    template=NodeTemplate(
                        metadata=NodeMetadata(labels={POOL_LABEL: props.name}),
                        spec=NodeTemplateSpec(
                            node_class_ref=NodeClassRef(name=props.node_class),
                            requirements=_gpu_requirements(props),
                            taints=(Taint(key=props.accelerator.resource, value="true", effect="NoSchedule"),),
                            expire_after=f"{pool.expire_after_hours}h",
                            termination_grace_period=TERMINATION_GRACE,
                        ),
                    ),
                    limits={props.accelerator.resource: str(pool.max_gpus)},
                    weight=props.weight,
                    disruption=Disruption(
                        consolidation_policy="WhenEmptyOrUnderutilized",
                        consolidate_after=f"{pool.consolidate_after_seconds}s",
                        budgets=(
                            Budget(nodes="1"),
                            *(Budget(nodes="0", schedule=b.schedule, duration=b.duration) for b in pool.blackouts),
                        ),
                    ),
                ),
            )
        )


class DefaultNodePool(Part):
    """General machines, on demand, for gateway, pages, metrics and controllers."""

    component: ClassVar[str] = "nodes"

    def __init__(self, scope: Part | ManifestChart, id: str, zones: tuple[str, ...], node_class: str) -> None:
        super().__init__(scope, id, instance="default")
        requirements = (
            Requirement(key="kubernetes.io/arch", operator="In", values=("amd64",)),
            Requirement(key="kubernetes.io/os", operator="In", values=("linux",)),
            Requirement(key="karpenter.sh/capacity-type", operator="In", values=("on-demand",)),
            Requirement(key="karpenter.k8s.aws/instance-category", operator="In", values=("c", "m", "r")),
            Requirement(key="karpenter.k8s.aws/instance-generation", operator="Gt", values=("5",)),
            Requirement(key="karpenter.k8s.aws/instance-cpu", operator="In", values=("2", "4", "8")),
            Requirement(key="topology.kubernetes.io/zone", operator="In", values=zones),
        )
        self.add(
            NodePool(
                metadata=Metadata(name="default"),
                spec=NodePoolSpec(
                    template=NodeTemplate(
                        metadata=NodeMetadata(labels={POOL_LABEL: "default"}),
                        spec=NodeTemplateSpec(
                            node_class_ref=NodeClassRef(name=node_class),
                            requirements=requirements,
                            expire_after="336h",
                            termination_grace_period=TERMINATION_GRACE,
                        ),
                    ),
                    limits={"cpu": str(GENERAL_VCPUS)},
                    disruption=Disruption(
                        consolidation_policy="WhenEmptyOrUnderutilized",
                        consolidate_after="60s",
                        budgets=(Budget(nodes="10%"),),
                    ),
                ),
            )
        )


def _gpu_requirements(props: GpuNodePoolProps) -> tuple[Requirement, ...]:
    pinned = {
        "kubernetes.io/arch": ("amd64",),
        "kubernetes.io/os": ("linux",),
        "karpenter.sh/capacity-type": props.pool.capacity_types,
        "karpenter.k8s.aws/instance-gpu-name": (props.gpu_name,),
        "karpenter.k8s.aws/instance-gpu-count": (str(props.pool.gpu_count),),
        "node.kubernetes.io/instance-type": tuple(machine.name for machine in props.machines),
        "topology.kubernetes.io/zone": props.zones,
    }
    return tuple(Requirement(key=key, operator="In", values=values) for key, values in pinned.items())
