"""A machine a replica may land on: an instance type with its prices, or a node that somebody else provides."""

from dataclasses import dataclass, replace

from headway.catalog import Catalog
from headway.domain.gpu_pool import GpuPool, StaticNode
from headway.domain.instance_type import CapacityType, InstanceType, InterruptionBand

PRICE_REGION = "us-east-1"
"""Region whose price stands in, marked, where the catalog has none for the environment's."""


@dataclass(frozen=True)
class Quote:
    """Price of one machine-hour in USD, the region it was read for and its date."""

    usd_per_hour: float
    region: str
    as_of: str


@dataclass(frozen=True)
class Machine:
    """What a pod can have on one node, and what the node costs."""

    name: str
    accelerator: str
    gpu_count: int
    vcpus: int
    """What a quota counts; 0 for a node that exists already."""
    cpu_millicores: int
    memory_mib: int
    network_baseline_gbps: float | None
    network_burst_gbps: float | None
    local_nvme_gb: int
    interruption_band: InterruptionBand | None
    spot: Quote | None
    on_demand: Quote | None
    provisioned: bool
    """Whether Karpenter starts it; false for nodes that exist already."""

    @property
    def quota_class(self) -> str:
        """Which of the account's quotas counts it: `g` or `p`."""
        return "p" if self.name.startswith("p") else "g"


def machines(pool: GpuPool, catalog: Catalog, region: str) -> tuple[Machine, ...]:
    """Every machine a pool admits, in the order the pool states."""
    if pool.static_node:
        return (_static(pool, pool.static_node),)
    admitted = (
        tuple(catalog.instance_types[name] for name in pool.instance_types)
        if pool.instance_types
        else catalog.instance_types_with(pool.accelerator, pool.gpu_count)
    )
    return tuple(replace(machine_of(i, catalog, region), accelerator=pool.accelerator) for i in admitted)


def machine_of(instance: InstanceType, catalog: Catalog, region: str) -> Machine:
    """A machine of the cloud as Karpenter would start it, with its prices in a region."""
    return Machine(
        name=instance.name,
        accelerator=instance.accelerator or "",
        gpu_count=instance.gpu_count,
        vcpus=instance.vcpu,
        cpu_millicores=instance.allocatable.cpu_millicores,
        memory_mib=instance.allocatable.memory_mib,
        network_baseline_gbps=instance.network_baseline_gbps,
        network_burst_gbps=instance.network_burst_gbps,
        local_nvme_gb=instance.local_nvme_gb,
        interruption_band=instance.interruption_band,
        spot=_quote(catalog, instance.name, region, "spot"),
        on_demand=_quote(catalog, instance.name, region, "on-demand"),
        provisioned=True,
    )


def _static(pool: GpuPool, node: StaticNode) -> Machine:
    quote = Quote(node.usd_per_hour, "its owner", "") if node.usd_per_hour is not None else None
    return Machine(
        name="static node",
        accelerator=pool.accelerator,
        gpu_count=pool.gpu_count,
        vcpus=0,
        cpu_millicores=node.cpu_millicores,
        memory_mib=node.memory_mib,
        network_baseline_gbps=None,
        network_burst_gbps=None,
        local_nvme_gb=0,
        interruption_band=None,
        spot=None,
        on_demand=quote,
        provisioned=False,
    )


def _quote(catalog: Catalog, name: str, region: str, capacity_type: CapacityType) -> Quote | None:
    price = catalog.price(name, region, capacity_type) or catalog.price(name, PRICE_REGION, capacity_type)
    return Quote(price.usd_per_hour, price.region, price.as_of) if price else None
