"""A pod fits an instance type that its NodePool admits (traps H6, H8): read from the manifests alone, with the catalog."""

from collections.abc import Iterator
from typing import Any

from headway.catalog import Catalog
from headway.domain.cluster import DaemonSetReserve
from headway.domain.instance_type import InstanceType
from headway.policies.finding import Finding, Manifest, name_of
from headway.policies.manifest_index import ManifestIndex, PodTemplate
from headway.policies.quantities import mebibytes, millicores

RULE = "pod-fits-no-machine"
INSTANCE_TYPE = "node.kubernetes.io/instance-type"


def pods_without_machine(index: ManifestIndex, catalog: Catalog, agents: DaemonSetReserve) -> list[Finding]:
    """One finding for each pod with a GPU that no machine of its pool can hold."""
    pools = list(index.of_kind("NodePool"))
    return [finding for pod in index.pods for finding in _judge(pod, pools, catalog, agents)]


def _judge(pod: PodTemplate, pools: list[Manifest], catalog: Catalog, agents: DaemonSetReserve) -> Iterator[Finding]:
    wanted = pod.spec.get("nodeSelector", {})
    for pool in pools:
        labels = pool["spec"]["template"].get("metadata", {}).get("labels", {})
        mine = {key: value for key, value in wanted.items() if key in labels}
        if not mine or mine.items() - labels.items():
            continue
        machines = [catalog.instance_types[name] for name in _admitted(pool) if name in catalog.instance_types]
        lacks = [lack for machine in machines if (lack := _lacking(pod, machine, agents))]
        if machines and len(lacks) == len(machines):
            yield Finding(
                RULE, ("H6",), "error", name_of(pod.owner),
                f"fits no machine of NodePool {pool['metadata']['name']}: {lacks[-1]}",
                "lower its requests or admit a larger machine",
            )  # fmt: skip


def _lacking(pod: PodTemplate, machine: InstanceType, agents: DaemonSetReserve) -> str | None:
    cpu, memory, gpus = _requests(pod, machine.gpu_resource)
    room_cpu = machine.allocatable.cpu_millicores - agents.cpu_millicores
    room_memory = machine.allocatable.memory_mib - agents.memory_mib
    if cpu > room_cpu:
        return f"it asks {cpu}m CPU, {machine.name} has {room_cpu}m beside DaemonSets"
    if memory > room_memory:
        return f"it asks {memory} MiB, {machine.name} has {room_memory} beside DaemonSets"
    if gpus > machine.gpu_count:
        return f"it asks {gpus} GPUs, {machine.name} has {machine.gpu_count}"
    return None


def _requests(pod: PodTemplate, gpu_resource: str) -> tuple[int, int, int]:
    """CPU in millicores, memory in MiB and GPUs; containers add up, init containers run alone."""
    together = _sum([c.get("resources", {}).get("requests", {}) for c in pod.spec["containers"]], gpu_resource)
    alone = [
        _sum([c.get("resources", {}).get("requests", {})], gpu_resource) for c in pod.spec.get("initContainers", [])
    ]
    return tuple(max(column) for column in zip(together, *alone, strict=True))


def _sum(requests: list[dict[str, Any]], gpu_resource: str) -> tuple[int, int, int]:
    return (
        sum(millicores(str(r.get("cpu", "0"))) for r in requests),
        sum(mebibytes(str(r.get("memory", "0"))) for r in requests),
        sum(int(r.get(gpu_resource, 0)) for r in requests),
    )


def _admitted(pool: Manifest) -> tuple[str, ...]:
    for requirement in pool["spec"]["template"]["spec"]["requirements"]:
        if requirement["key"] == INSTANCE_TYPE and requirement["operator"] == "In":
            return tuple(requirement["values"])
    return ()
