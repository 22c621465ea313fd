"""The nodes: one NodePool an accelerator and count, one for everything else, and how their machines start."""

from cdk8s import App

from headway.catalog import Catalog
from headway.constructs.node_class import NodeClass, NodeClassProps
from headway.constructs.node_pool import DefaultNodePool, GpuNodePool, GpuNodePoolProps
from headway.constructs.part import ManifestChart
from headway.domain.environment import EnvironmentSpec
from headway.domain.gpu_pool import GpuPool
from headway.recipes.machine import machines
from headway.recipes.pool_weights import pool_weights
from headway.scaling import DeploymentPlan

GENERAL_IMAGE_GB = 2.0
"""Room planned for the images of gateway, pages, metrics and controllers on a general node. Estimate."""


class NodesChart(ManifestChart):
    """NodePools and EC2NodeClasses of an EKS environment."""

    def __init__(self, scope: App, spec: EnvironmentSpec, plans: tuple[DeploymentPlan, ...], catalog: Catalog) -> None:
        super().__init__(scope, "nodes", environment=spec.name)
        dearest_first = sorted(plans, key=lambda plan: -(plan.recipe.chosen.fleet_usd_per_hour or 0))
        self._weights = pool_weights([plan.recipe.pools for plan in dearest_first])
        largest = max(image.unpacked_gb for image in catalog.images.values() if image.vendor == "nvidia")
        for name, pool in spec.pools.items():
            if pool.static_node is None:
                self._gpu_pool(name, pool, spec, catalog, largest)
        NodeClass(
            self,
            "DefaultNodeClass",
            NodeClassProps(name="default", cluster=spec.cluster, unpacked_gb=GENERAL_IMAGE_GB, local_nvme=False),
        )
        DefaultNodePool(self, "DefaultNodePool", spec.cluster.zones, "default")

    def _gpu_pool(self, name: str, pool: GpuPool, spec: EnvironmentSpec, catalog: Catalog, unpacked_gb: float) -> None:
        admitted = machines(pool, catalog, spec.cluster.region)
        NodeClass(
            self,
            f"NodeClass-{name}",
            NodeClassProps(
                name=name,
                cluster=spec.cluster,
                unpacked_gb=unpacked_gb,
                local_nvme=all(machine.local_nvme_gb > 0 for machine in admitted),
            ),
        )
        GpuNodePool(
            self,
            f"NodePool-{name}",
            GpuNodePoolProps(
                name=name,
                pool=pool,
                accelerator=catalog.accelerators[pool.accelerator],
                gpu_name=catalog.instance_types[admitted[0].name].gpu_name,
                machines=admitted,
                zones=spec.cluster.zones,
                node_class=name,
                weight=self._weights.get(name),
            ),
        )
