"""Which machines a Karpenter NodePool may launch, and which pools a pod may land on, read from the manifests."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from headway.catalog import Catalog
from headway.domain.instance_type import InstanceType
from headway.policies.index import Index
from headway.policies.manifest import Field, Manifest
from headway.policies.pods import Pod

INSTANCE_TYPE = "node.kubernetes.io/instance-type"
POOL_NAME = "karpenter.sh/nodepool"
_OF_NODES = ("karpenter.k8s.aws/", "eks.amazonaws.com/")
_MANUFACTURERS = {"nvidia.com/gpu": "nvidia", "amd.com/gpu": "amd", "aws.amazon.com/neuron": "aws"}
_ANYWHERE = frozenset(
    {
        "topology.kubernetes.io/zone", "topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region", "karpenter.sh/capacity-type", "kubernetes.io/hostname",
        "eks.amazonaws.com/capacityType", "karpenter.sh/nodepool", "eks.amazonaws.com/compute-type",
        "topology.k8s.aws/zone-id", "karpenter.sh/registered", "node.kubernetes.io/windows-build",
    }
)  # fmt: skip
"""Labels of nodes that no instance type decides."""


@dataclass(frozen=True)
class Requirement:
    """One condition on a node's label."""

    key: str
    operator: str
    values: tuple[str, ...]
    at: Field

    def admits(self, labels: dict[str, str]) -> bool:
        """Whether labels satisfy it; a label that is not there counts as absent."""
        value = labels.get(self.key)
        match self.operator:
            case "In":
                return value in self.values
            case "NotIn":
                return value not in self.values
            case "Exists":
                return value is not None
            case "DoesNotExist":
                return value is None
            case "Gt" | "Lt" | "Gte" | "Lte":
                return self._compares(value)
        return True

    def _compares(self, value: str | None) -> bool:
        if value is None or not value.isdigit() or not self.values or not self.values[0].isdigit():
            return False
        has, bound = int(value), int(self.values[0])
        return {"Gt": has > bound, "Lt": has < bound, "Gte": has >= bound, "Lte": has <= bound}[self.operator]


def requirements(owner: Field, *path: str) -> tuple[Requirement, ...]:
    """Conditions of a list such as a NodePool's `requirements` or an affinity's `matchExpressions`."""
    return tuple(
        Requirement(
            key, entry.text("operator") or "", tuple(v for value in entry.each("values") if (v := value.scalar())), entry
        )
        for entry in owner.each(*path)
        if (key := entry.text("key"))
    )  # fmt: skip


Shape = tuple[InstanceType, dict[str, str]]
"""A machine and the labels of its nodes."""


def labels_of(machine: InstanceType) -> dict[str, str]:
    """Labels that Karpenter and EKS Auto Mode give a node of this type."""
    category = re.match(r"[a-z]+", machine.family)
    generation = re.search(r"\d+", machine.family)
    traits = {
        "instance-family": machine.family,
        "instance-size": machine.name.partition(".")[2],
        "instance-category": category.group() if category else "",
        "instance-generation": generation.group() if generation else "",
        "instance-cpu": str(machine.vcpu),
        "instance-memory": str(machine.memory_mib),
        "instance-gpu-name": machine.gpu_name,
        "instance-gpu-count": str(machine.gpu_count),
        "instance-gpu-memory": str(machine.gpu_memory_mib or ""),
        "instance-gpu-manufacturer": _MANUFACTURERS.get(machine.gpu_resource, "nvidia"),
        "instance-local-nvme": str(int(machine.local_nvme_gb * 1e9 / 2**30)) if machine.local_nvme_gb else "",
    }
    found = {f"{prefix}{trait}": value for prefix in _OF_NODES for trait, value in traits.items() if value}
    plain = {INSTANCE_TYPE: machine.name, "kubernetes.io/arch": machine.architecture, "kubernetes.io/os": "linux"}
    beta = {f"beta.{key}": value for key, value in plain.items() if key.startswith("kubernetes.io")}
    return {**found, **plain, **beta, "beta.kubernetes.io/instance-type": machine.name}


_TRAITS = frozenset(
    "family size category generation cpu memory gpu-name gpu-count gpu-memory gpu-manufacturer local-nvme".split()
)


def _judged(key: str) -> bool:
    """Whether the catalog knows the label's value for every machine; bandwidths, hypervisors and such are left open."""
    if key.startswith(_OF_NODES):
        return key.rpartition("/")[2].removeprefix("instance-") in _TRAITS
    return _of_machine(key)


def _of_machine(key: str) -> bool:
    return key.startswith(_OF_NODES) or key in (INSTANCE_TYPE, "beta.kubernetes.io/instance-type") or key in (
        "kubernetes.io/arch", "kubernetes.io/os", "beta.kubernetes.io/arch", "beta.kubernetes.io/os",
    )  # fmt: skip


class NodePool:
    """A NodePool of Karpenter, with the machines of the catalog that it admits."""

    def __init__(self, manifest: Manifest, shapes: Sequence[Shape]) -> None:
        self.manifest = manifest
        template = manifest.at("spec", "template")
        self.labels = template.labels("metadata", "labels")
        self.requirements = requirements(template, "spec", "requirements")
        self.taints = template.each("spec", "taints")
        self.shapes = [shape for shape in shapes if self._admits(shape[1])]
        """Machines Karpenter could launch; conditions on zones and capacity types are left open."""

    @property
    def machines(self) -> tuple[InstanceType, ...]:
        """Machines Karpenter could launch."""
        return tuple(machine for machine, _ in self.shapes)

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def is_for_gpus(self) -> bool:
        """Whether its conditions choose machines with GPUs, rather than admit them among all others."""
        chosen = any(_of_gpu(r.key) and r.operator in ("In", "Exists", "Gt", "Gte") for r in self.requirements)
        return chosen and bool(self.shapes)

    def _admits(self, labels: dict[str, str]) -> bool:
        return all(r.admits(labels) for r in self.requirements if _judged(r.key))

    def offers(self, key: str, value: str) -> bool | None:
        """Whether its nodes carry a label; `None` where the machine decides."""
        if key == POOL_NAME:
            return value == self.name
        if key in self.labels:
            return self.labels[key] == value
        stated = [r for r in self.requirements if r.key == key]
        if stated:
            return None if _of_machine(key) else all(r.admits({key: value}) for r in stated)
        return None if _of_machine(key) or key in _ANYWHERE else False

    def holds(self, demands: "Demands") -> tuple[InstanceType, ...] | None:
        """Machines a pod may land on, by labels and taints alone; `None` where the pool is closed to it."""
        if any(self.offers(key, value) is False for key, value in demands.selector.items()):
            return None
        terms = [term for term in demands.terms if self._may(term)]
        if not demands.tolerate(self.taints) or (demands.terms and not terms):
            return None
        open_here = replace(demands, terms=terms)
        return tuple(machine for machine, labels in self.shapes if open_here.suit({**labels, **self.labels}))

    def is_named_by(self, demands: "Demands") -> bool:
        """Whether a pod names this very pool among the nodes it may land on: by its name or a label of its own."""
        own = {**self.labels, POOL_NAME: self.name}.items()
        named = [r for term in demands.terms for r in term if r.operator == "In" and not _of_machine(r.key)]
        return bool(demands.selector.items() & own) or any((r.key, v) in own for r in named for v in r.values)

    def _may(self, term: tuple[Requirement, ...]) -> bool:
        own = {**self.labels, POOL_NAME: self.name}
        open_keys = [
            r for r in term if r.key == POOL_NAME or not (_of_machine(r.key) or r.key in _ANYWHERE or self._asks(r.key))
        ]
        return all(r.admits(own) for r in open_keys) and self._offers_one(term)

    def _offers_one(self, term: tuple[Requirement, ...]) -> bool:
        """Whether what it asks of keys that the pool itself states is offered."""
        asked = [r for r in term if r.operator == "In" and self._asks(r.key)]
        return all(any(self.offers(r.key, value) is not False for value in r.values) for r in asked)

    def _asks(self, key: str) -> bool:
        return any(r.key == key for r in self.requirements)


@dataclass(frozen=True)
class Demands:
    """What a pod demands of its node: labels and tolerated taints."""

    selector: dict[str, str]
    terms: list[tuple[Requirement, ...]]
    """Alternatives of the required node affinity."""
    tolerations: list[Field]

    def suit(self, labels: dict[str, str]) -> bool:
        """Whether a machine's labels satisfy selector and affinity; only labels that machines decide are judged."""
        if any(labels.get(key) != value for key, value in self.selector.items() if _judged(key)):
            return False
        return not self.terms or any(all(r.admits(labels) for r in t if _judged(r.key)) for t in self.terms)

    def tolerate(self, taints: list[Field]) -> bool:
        """Whether every taint that repels is tolerated."""
        return all(any(_matches(toleration, t) for toleration in self.tolerations) for t in taints if _repels(t))


def demands_of(pod: Pod) -> Demands:
    """The demands of a pod."""
    terms = pod.spec.each(
        "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"
    )
    return Demands(
        pod.spec.labels("nodeSelector"),
        [requirements(term, "matchExpressions") for term in terms],
        pod.spec.each("tolerations"),
    )


_PRODUCTS = {"Tesla-T4": "t4", "NVIDIA-A10G": "a10g", "NVIDIA-L4": "l4", "NVIDIA-L40S": "l40s", "Tesla-V100": "v100"}
"""Beginnings of `nvidia.com/gpu.product`, which NVIDIA's feature discovery gives → GPU name."""


class NodePools:
    """The NodePools of a set, and which of them a pod may land on."""

    def __init__(self, manifests: Iterable[Manifest], catalog: Catalog) -> None:
        shapes = [(machine, labels_of(machine)) for machine in catalog.instance_types.values() if machine.listed]
        self._shapes = shapes
        self.pools = [NodePool(manifest, shapes) for manifest in manifests]
        self._named: dict[str, list[NodePool]] = {}
        self._answers: dict[str, list[tuple[NodePool, tuple[InstanceType, ...]]]] = {}

    def open_to(self, pod: Pod) -> list[tuple[NodePool, tuple[InstanceType, ...]]]:
        """Pools a pod may land on, with the machines of each; pods that demand the same get the same answer."""
        key = _demand_key(pod)
        if key not in self._answers:
            demands = demands_of(pod)
            answers = ((pool, pool.holds(demands)) for pool in self.pools)
            self._answers[key] = [(pool, machines) for pool, machines in answers if machines is not None]
        return self._answers[key]

    def named_by(self, pod: Pod) -> list[NodePool]:
        """Pools that a pod names by their name or a label of theirs; pods that demand the same get the same answer."""
        key = _demand_key(pod)
        if key not in self._named:
            demands = demands_of(pod)
            self._named[key] = [pool for pool in self.pools if pool.is_named_by(demands)]
        return self._named[key]

    def reachable(self, pod: Pod) -> tuple[InstanceType, ...]:
        """Machines with the GPU a pod asks for that it may land on; empty where the files do not say.

        Pools decide where there are any; without them the machine labels that the pod itself demands.
        """
        wants = pod.requests
        if self.pools:
            found = {m.name: m for _, machines in self.open_to(pod) for m in machines}
            return tuple(
                m for m in found.values() if m.gpu_resource == wants.gpu_resource and m.gpu_count >= wants.gpus
            )
        demands = demands_of(pod)
        product = demands.selector.get("nvidia.com/gpu.product", "")
        name = next((name for start, name in _PRODUCTS.items() if product.startswith(start)), None)
        if not name and not any(
            _of_gpu(key) for key in [*demands.selector, *(r.key for t in demands.terms for r in t)]
        ):
            return ()
        fitting = (m for m, labels in self._shapes if demands.suit(labels) and name in (None, m.gpu_name))
        return tuple(m for m in fitting if m.gpu_resource == wants.gpu_resource and m.gpu_count >= wants.gpus)


def _demand_key(pod: Pod) -> str:
    return repr([pod.spec.at(name).value for name in ("nodeSelector", "tolerations", "affinity")])


def _of_gpu(key: str) -> bool:
    """Whether a label tells GPUs apart, alone or with its family."""
    return _judged(key) and not key.endswith(("/arch", "/os", "-cpu", "-memory", "-size", "-generation", "-local-nvme"))


def node_pools(index: Index) -> NodePools:
    """The NodePools of a set; use with `Index.derive`."""
    found = [manifest for manifest in index.of_kind("NodePool") if manifest.group == "karpenter.sh"]
    return NodePools(found, index.facts.catalog)


def _repels(taint: Field) -> bool:
    return taint.text("effect") in ("NoSchedule", "NoExecute")


def _matches(toleration: Field, taint: Field) -> bool:
    key, operator = toleration.text("key"), toleration.text("operator") or "Equal"
    if toleration.text("effect") not in (None, "", taint.text("effect")):
        return False
    if operator == "Exists":
        return key in (None, "", taint.text("key"))
    return key == taint.text("key") and (toleration.scalar("value") or "") == (taint.scalar("value") or "")
