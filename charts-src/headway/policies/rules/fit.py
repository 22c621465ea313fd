"""Pods on machines: what a pod asks, and what its pool may launch."""

from collections.abc import Iterator

from headway.domain.cluster import DaemonSetReserve
from headway.domain.instance_type import InstanceType
from headway.policies.index import Index
from headway.policies.node_pools import NodePool, node_pools
from headway.policies.pods import Pod
from headway.policies.requests import Requests
from headway.policies.rule import Hit, rule


@rule(
    "pod-fits-no-machine",
    traps=("H6",),
    severity="error",
    proves="Every pod with a GPU fits an instance type that a pool it may land on admits.",
    needs="The pod and the NodePools; instance types from the catalog; DaemonSets' share with --env.",
    remedy="lower its requests or admit a larger machine",
)
def pod_fits_no_machine(index: Index) -> Iterator[Hit]:
    """The label of a machine is not what a pod can have: an xlarge GPU node offers 3920m CPU and about 14.2 GiB, less the
    DaemonSets. A pod that asks 4 CPU or 16Gi waits for ever while Karpenter says that no instance type satisfies it. The
    rule counts every machine that the pool's conditions admit, and is silent for pods that no pool is open to and for
    pools whose types the catalog does not know. A pool of another folder to which nothing ties the pod makes it a
    warning: there may be other nodes."""
    pools = index.derive(node_pools)
    for pod in index.pods if pools.pools else ():
        wants = pod.requests
        if not wants.wants_gpu and not _tied_by_label(pod, pools.pools):
            continue
        judged = [(pool, machines) for pool, machines in pools.open_to(pod) if machines]
        lacks = [
            (lack, pool)
            for pool, machines in judged
            for machine in machines
            if (lack := lacking(wants, machine, index.facts.agents))
        ]
        if judged and len(lacks) == sum(len(machines) for _, machines in judged):
            lack, pool = lacks[-1]
            beside = index.facts.agents
            fits = [
                m for m in index.facts.catalog.instance_types.values() if m.listed and not lacking(wants, m, beside)
            ]
            same = [m for m in fits if m.gpu_name in {n.gpu_name for _, ms in judged for n in ms}]
            nearest = min(same or fits, key=lambda m: (m.gpu_count, m.vcpu, m.memory_mib), default=None)
            tied = _tied_by_label(pod, pools.pools) or any(index.together(p.manifest, pod.owner) for p, _ in judged)
            yield Hit(
                pod.spec,
                f"fits no machine of NodePool {pool.name}: {lack}",
                f"lower its requests, or admit {nearest.name}" if nearest else "lower its requests",
                None if tied else "warning",
            )


def _tied_by_label(pod: Pod, pools: list[NodePool]) -> bool:
    wanted = pod.spec.labels("nodeSelector").items()
    return any(wanted & pool.labels.items() for pool in pools)


def lacking(wants: Requests, machine: InstanceType, agents: DaemonSetReserve) -> str | None:
    """What keeps a pod off a machine, with both numbers, or `None`."""
    room_cpu = machine.allocatable.cpu_millicores - agents.cpu_millicores
    room_memory = machine.allocatable.memory_mib - agents.memory_mib
    beside = " beside DaemonSets" if agents.cpu_millicores or agents.memory_mib else ""
    if wants.gpus and (machine.gpu_resource != wants.gpu_resource or wants.gpus > machine.gpu_count):
        has = machine.gpu_count if machine.gpu_resource == wants.gpu_resource else 0
        return f"it asks {wants.gpus} GPUs, {machine.name} has {has}"
    if wants.cpu_millicores > room_cpu:
        return f"it asks {wants.cpu_millicores}m CPU, {machine.name} has {room_cpu}m{beside}"
    if wants.memory_mib > room_memory:
        return f"it asks {wants.memory_mib} MiB, {machine.name} has {room_memory}{beside}"
    return None
