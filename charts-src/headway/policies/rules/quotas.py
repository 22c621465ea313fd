"""What the account may start: vCPUs of GPU machines on spot and on demand."""

from collections.abc import Iterator
from dataclasses import dataclass

from headway.domain.cluster import Quotas
from headway.domain.instance_type import InstanceType
from headway.policies.index import Index
from headway.policies.manifest import Field
from headway.policies.node_pools import NodePool, node_pools
from headway.policies.pods import RUN_TO_END, Pod
from headway.policies.rule import Hit, rule
from headway.recipes.machine import machine_of

CAPACITY_TYPE = "karpenter.sh/capacity-type"


@dataclass(frozen=True)
class _Claim:
    """vCPUs that one workload may ask for at its maximum, on the smallest machines that hold it."""

    place: Field
    machine: InstanceType
    quota_class: str
    capacity_types: tuple[str, ...]
    pods: int

    @property
    def vcpus(self) -> int:
        return self.pods * self.machine.vcpu


@rule(
    "replicas-exceed-vcpu-quota",
    traps=("N7",),
    severity="error",
    proves="Every workload with GPUs at its maximum, and all of them together, fit in the account's vCPU quotas.",
    needs="--env whose facts state cluster.quotas; the scaler or the replicas, and the machines of the pools.",
    remedy="ask AWS for a larger quota, or lower the maximum",
)
def replicas_exceed_vcpu_quota(index: Index) -> Iterator[Hit]:
    """EC2 counts running G and P machines in vCPUs, spot apart from on demand, and new accounts often have 0. Above the
    quota Karpenter gets VcpuLimitExceeded or MaxSpotInstanceCountExceeded and the pods stay Pending. The smallest machine
    that a pod may land on is counted, so what is found holds on every other; a quota that is not stated bounds nothing.
    All workloads of a class together are a warning: they rarely reach their maximum at one time."""
    claims = [claim for pod in index.pods if (claim := _claim(index, pod))]
    for claim in claims:
        if (has := _quota(index.facts.quotas, claim)) is not None and claim.vcpus > has:
            asked = f"{claim.pods} pods × {claim.machine.vcpu} vCPUs ({claim.machine.name}) ask {claim.vcpus}"
            yield Hit(claim.place, f"{asked}, the account's {_name(claim)} is {has}", _remedy(claim, has))
    yield from _together(index.facts.quotas, claims)


def _together(quotas: Quotas, claims: list[_Claim]) -> Iterator[Hit]:
    for group in {(claim.quota_class, claim.capacity_types) for claim in claims}:
        same = [claim for claim in claims if (claim.quota_class, claim.capacity_types) == group]
        largest, total = max(same, key=lambda claim: claim.vcpus), sum(claim.vcpus for claim in same)
        has = _quota(quotas, largest)
        if has is not None and total > has >= largest.vcpus:
            message = (
                f"{len(same)} workloads at their maximum ask {total} vCPUs, the account's {_name(largest)} is {has}"
            )
            yield Hit(largest.place, message, severity="warning")


def _claim(index: Index, pod: Pod) -> _Claim | None:
    if not pod.requests.wants_gpu or pod.owner.kind in RUN_TO_END or _counted_by_its_workers(pod):
        return None
    opened = [(pool, fit) for pool, found in index.derive(node_pools).open_to(pod) if (fit := _with_gpus(pod, found))]
    machines = [machine for _, fit in opened for machine in fit]
    classes = {machine_of(m, index.facts.catalog, index.facts.region).quota_class for m in machines}
    place, count = _most(index, pod)
    if len(classes) != 1 or count is None:
        return None
    smallest = min(machines, key=lambda machine: (machine.vcpu / machine.gpu_count, machine.name))
    share = max(1, smallest.gpu_count // pod.requests.gpus)
    kinds = tuple(sorted({kind for pool, _ in opened for kind in _capacity_types(pool)}))
    return _Claim(place, smallest, classes.pop(), kinds, -(-count // share))


def _counted_by_its_workers(pod: Pod) -> bool:
    """Whether it leads a group, whose size counts it beside the workers."""
    return pod.template.value is pod.owner.at("spec", "leaderWorkerTemplate", "leaderTemplate").value


def _with_gpus(pod: Pod, machines: tuple[InstanceType, ...]) -> list[InstanceType]:
    wants = pod.requests
    return [m for m in machines if m.gpu_resource == wants.gpu_resource and m.gpu_count >= wants.gpus]


def _most(index: Index, pod: Pod) -> tuple[Field, int | None]:
    """Most machines' worth of pods, with its place: the scaler's maximum, else the replicas, times a group's size."""
    owner = pod.owner
    size = owner.integer("spec", "leaderWorkerTemplate", "size") or 1 if owner.kind == "LeaderWorkerSet" else 1
    for scaler in index.scalers_of(owner):
        stated = scaler.at("spec", "maxReplicaCount") or scaler.at("spec", "maxReplicas")
        count = stated.integer()
        return stated, None if count is None else count * size
    stated = owner.at("spec", "replicas")
    return stated, (stated.integer() or 0) * size if stated else size


def _capacity_types(pool: NodePool) -> tuple[str, ...]:
    stated = [r.values for r in pool.requirements if r.key == CAPACITY_TYPE and r.operator == "In"]
    return stated[0] if stated else ("on-demand",)


def _quota(quotas: Quotas, claim: _Claim) -> int | None:
    stated = {
        "spot": quotas.p_spot if claim.quota_class == "p" else quotas.g_spot,
        "on-demand": quotas.p_on_demand if claim.quota_class == "p" else quotas.g_on_demand,
    }
    limits = [stated.get(kind) for kind in claim.capacity_types]
    return None if any(limit is None for limit in limits) else sum(limit for limit in limits if limit is not None)


def _name(claim: _Claim) -> str:
    return f"{claim.quota_class.upper()} quota ({' and '.join(claim.capacity_types)})"


def _remedy(claim: _Claim, has: int) -> str:
    return f"at most {has // claim.machine.vcpu} machines, or a quota of {claim.vcpus} vCPUs"
