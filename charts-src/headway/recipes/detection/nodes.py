"""GPUs in Node objects, by the labels of Karpenter, NVIDIA's feature discovery, AMD's labeller, and the machine's name.

`kubectl get nodes -o json` prints a List; one Node and a bare list of them are read too.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from headway.domain.instance_type import InstanceType
from headway.recipes.detection.device import Device, Reading, Vendor
from headway.recipes.detection.loose_json import amount_mib, loads, shown, word

VENDORS: tuple[Vendor, ...] = ("nvidia", "amd")
INSTANCE_TYPE = ("node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type")
MIG = "nvidia.com/mig-"
KARPENTER = "karpenter.k8s.aws/instance-gpu-"
NAME: Mapping[Vendor, tuple[str, ...]] = {
    "nvidia": ("nvidia.com/gpu.product",),
    "amd": ("amd.com/gpu.product-name", "beta.amd.com/gpu.product-name"),
}
MEMORY: Mapping[Vendor, tuple[tuple[str, str], ...]] = {
    "nvidia": (("nvidia.com/gpu.memory", "MiB"),),
    "amd": (("amd.com/gpu.vram", "MiB"), ("beta.amd.com/gpu.vram", "MiB")),
}
COUNT = re.compile(r"\d{1,6}")
LABEL_COUNT: Mapping[Vendor, str] = {"nvidia": "nvidia.com/gpu.count", "amd": "amd.com/gpu.count"}


def parse_nodes(text: str, machines: Mapping[str, InstanceType] | None = None) -> Reading:
    """The GPUs of all nodes; a node without any is passed over, one that cannot be read becomes a fault.

    `machines` (the catalog's, by API name) say what a node has that neither labels nor offers its GPUs.
    """
    found, wrong = loads(text)
    if wrong:
        return Reading(faults=(f"nodes: {wrong}; expected the output of kubectl get nodes -o json",))
    if isinstance(found, dict):
        found = found.get("items", [found])
    if not isinstance(found, list):
        return Reading(faults=(f"nodes: items is {shown(found)}; expected a list of Nodes",))
    devices: list[Device] = []
    faults: list[str] = []
    for position, node in enumerate(found):
        metadata = _section(node, "metadata")
        name = word(metadata.get("name"))
        if not name or (word(node.get("kind")) or "Node") != "Node":
            faults.append(f"nodes: items[{position}]: {shown(node)} is not a Node; give kubectl get nodes -o json")
            continue
        for vendor in VENDORS:
            devices += _devices(name, vendor, node, machines or {}, faults)
    return Reading(tuple(devices), tuple(faults))


def _devices(
    node_name: str, vendor: Vendor, node: Any, machines: Mapping[str, InstanceType], faults: list[str]
) -> Iterator[Device]:
    labels, allocatable = (
        _section(_section(node, "metadata"), "labels"),
        _section(_section(node, "status"), "allocatable"),
    )
    resource = f"{vendor}.com/gpu"
    machine_name = next((found for key in INSTANCE_TYPE if (found := word(labels.get(key)))), "")
    machine = machines.get(machine_name)
    built_in = machine.gpu_count if machine and machine.gpu_resource == resource else 0
    karpenter = word(labels.get(f"{KARPENTER}manufacturer")).lower() == vendor
    name = _name(labels, vendor, karpenter)
    slices = "-MIG-" in name or (vendor == "nvidia" and any(str(key).startswith(MIG) for key in allocatable))
    if not (name or slices or built_in or resource in allocatable):
        return
    offered = _count(allocatable.get(resource), f"{node_name}: allocatable {resource}", faults)
    labelled = labels.get(LABEL_COUNT[vendor], labels.get(f"{KARPENTER}count") if karpenter else None)
    sharers = _count(labels.get(f"{resource}.replicas"), f"{node_name}: {resource}.replicas", faults) or 1
    count = offered // sharers if offered else _count(labelled, f"{node_name}: GPU count", faults) or built_in
    if count:
        note = _note(slices, sharers, offered, resource)
        memory = _memory(labels, vendor, karpenter)
        yield Device(name, vendor, memory, count, node_name, machine_name, slices, note)


def _name(labels: Mapping[Any, Any], vendor: Vendor, karpenter: bool) -> str:
    """The product as the vendor's labeller names it, else Karpenter's word for it."""
    product = next((found for key in NAME[vendor] if (found := word(labels.get(key)))), "")
    return product.replace("_", " ") or (word(labels.get(f"{KARPENTER}name")) if karpenter else "")


def _note(slices: bool, sharers: int, offered: int, resource: str) -> str:
    if slices:
        return "MIG is on: pods get slices of it"
    if sharers > 1:
        return f"shared by {sharers} pods each"
    return "" if offered else f"the node offers no {resource}: is the device plugin running?"


def _memory(labels: Mapping[Any, Any], vendor: Vendor, karpenter: bool) -> int | None:
    """MiB of one GPU; what the driver says comes before Karpenter's label."""
    for key, unit in MEMORY[vendor]:
        if (found := amount_mib(labels.get(key), unit)) is not None:
            return found
    return amount_mib(labels.get(f"{KARPENTER}memory"), "MiB") if karpenter else None


def _count(value: Any, place: str, faults: list[str]) -> int:
    if value is None:
        return 0
    if COUNT.fullmatch(str(value)):
        return int(str(value))
    faults.append(f"nodes: {place}: {shown(value)} is not a count; write a whole number")
    return 0


def _section(above: Any, key: str) -> dict[Any, Any]:
    found = above.get(key) if isinstance(above, dict) else None
    return found if isinstance(found, dict) else {}
