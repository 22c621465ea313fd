"""The catalog's machines, as the file of instance types that Karpenter's kwok provider reads."""

from collections.abc import Iterable
from typing import Any

from headway.catalog import Catalog
from headway.domain.instance_type import CapacityType, InstanceType

CAPACITY_TYPES: tuple[CapacityType, ...] = ("spot", "on-demand")
KWOK_KEEPS = {"cpu_millicores": 100, "memory_mib": 10}
"""What the provider takes off every machine; added here, so that pods have what the catalog says."""


def instance_types(catalog: Catalog, region: str, zones: Iterable[str]) -> list[dict[str, Any]]:
    """Every listed amd64 machine with a price in the region; offered in every zone, at the region's price."""
    places = tuple(zones)
    found = []
    for machine in catalog.instance_types.values():
        offerings = [offer for place in places for offer in _offers(catalog, machine, region, place)]
        if machine.listed and machine.architecture == "amd64" and offerings:
            found.append(_entry(machine, offerings))
    return found


def offer_name(capacity_type: str, instance_type: str, zone: str) -> str:
    """How the cloud's file of what is out of stock names an offer."""
    return f"{capacity_type}/{instance_type}/{zone}"


def _entry(machine: InstanceType, offerings: list[dict[str, Any]]) -> dict[str, Any]:
    resources = {
        "cpu": f"{machine.allocatable.cpu_millicores + KWOK_KEEPS['cpu_millicores']}m",
        "memory": f"{machine.allocatable.memory_mib + KWOK_KEEPS['memory_mib']}Mi",
        "ephemeral-storage": f"{machine.local_nvme_gb}G" if machine.local_nvme_gb else "20Gi",
        "pods": str(machine.allocatable.pods),
    }
    if machine.gpu_resource:
        resources[machine.gpu_resource] = str(machine.gpu_count)
    return {
        "name": machine.name,
        "architecture": machine.architecture,
        "operatingSystems": ["linux"],
        "resources": resources,
        "offerings": offerings,
    }


def _offers(catalog: Catalog, machine: InstanceType, region: str, zone: str) -> Iterable[dict[str, Any]]:
    for capacity_type in CAPACITY_TYPES:
        price = catalog.price(machine.name, region, capacity_type)
        if price is not None:
            labels = {
                "topology.kubernetes.io/zone": zone,
                "karpenter.sh/capacity-type": capacity_type,
                "karpenter.k8s.aws/instance-gpu-name": machine.gpu_name,
                "karpenter.k8s.aws/instance-gpu-count": str(machine.gpu_count),
            }
            requirements = [{"key": key, "operator": "In", "values": [value]} for key, value in labels.items()]
            yield {"Price": price.usd_per_hour, "Available": True, "Requirements": requirements}
