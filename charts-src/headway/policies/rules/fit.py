"""Pods on machines: what a pod asks, and what its pool may launch."""

from collections.abc import Iterator

from headway.domain.cluster import DaemonSetReserve
from headway.domain.instance_type import InstanceType
from headway.policies.finding import Severity
from headway.policies.index import Index
from headway.policies.node_pools import NodePool, node_pools
from headway.policies.pods import Pod
from headway.policies.requests import Requests
from headway.policies.rule import Hit, rule


@rule(
    "pod-fits-no-machine",
    traps=("H6",),
    severity="error",
    proves="Every pod with a GPU fits an instance type of each pool that it names, and of one that it may land on.",
    needs="The pod and the NodePools; instance types from the catalog; DaemonSets' share with --env.",
    remedy="lower its requests or admit a larger machine",
)
def pod_fits_no_machine(index: Index) -> Iterator[Hit]:
    """The label of a machine is not what a pod can have: an xlarge GPU node offers 3920m CPU and about 14.2 GiB, less the
    DaemonSets. A pod that asks 4 CPU or 16Gi waits for ever while Karpenter says that no instance type satisfies it. The
    rule counts every machine that the pool's conditions admit, and is silent for pods that no pool is open to and for
    pools whose types the catalog does not know. A pool of another folder to which nothing ties the pod makes it a
    warning: there may be other nodes. Of several pools that a pod names by required node affinity each must hold it; one
    that does not is a warning: the alternative it stands for does not exist."""
    pools = index.derive(node_pools)
    for pod in index.pods if pools.pools else ():
        named = pools.named_by(pod)
        if not pod.requests.wants_gpu and not named:
            continue
        judged = [(pool, machines) for pool, machines in pools.open_to(pod) if machines]
        lacks = {id(pool): _shortage(index, pod, machines) for pool, machines in judged}
        if judged and all(lacks.values()):
            pool, machines = judged[-1]
            tied = named or any(index.together(pool.manifest, pod.owner) for pool, _ in judged)
            yield _misfit(index, pod, pool, lacks[id(pool)] or "", judged, None if tied else "warning")
            continue
        for pool, machines in judged:
            if pool in named and (lack := lacks[id(pool)]):
                yield _misfit(index, pod, pool, lack, [(pool, machines)], "warning")


Judged = list[tuple[NodePool, tuple[InstanceType, ...]]]


def _shortage(index: Index, pod: Pod, machines: tuple[InstanceType, ...]) -> str | None:
    """What keeps a pod off the last of some machines; `None` where one of them holds it."""
    found = [lacking(pod.requests, machine, index.facts.agents) for machine in machines]
    return found[-1] if all(found) else None


def _misfit(index: Index, pod: Pod, pool: NodePool, lack: str, judged: Judged, severity: Severity | None) -> Hit:
    wants, beside = pod.requests, index.facts.agents
    fits = [m for m in index.facts.catalog.instance_types.values() if m.listed and not lacking(wants, m, beside)]
    same = [m for m in fits if m.gpu_name in {n.gpu_name for _, ms in judged for n in ms}]
    nearest = min(same or fits, key=lambda m: (m.gpu_count, m.vcpu, m.memory_mib), default=None)
    remedy = f"lower its requests, or admit {nearest.name}" if nearest else "lower its requests"
    return Hit(pod.spec, f"fits no machine of NodePool {pool.name}: {lack}", remedy, severity)


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
