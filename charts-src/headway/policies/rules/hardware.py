"""Machines a NodePool may launch: whether they can run the engine, what the dearest costs, whether the image fits."""

from collections.abc import Iterator

from headway.domain.instance_type import InstanceType
from headway.policies.finding import Severity
from headway.policies.index import Index
from headway.policies.manifest import Field, Manifest
from headway.policies.model_server import ModelServer, model_servers
from headway.policies.node_pools import NodePool, node_pools
from headway.policies.quantities import quantity
from headway.policies.rule import Hit, rule

ENGINE_CAPABILITY = (7, 5)
"""Least compute capability with code in vLLM's wheel."""
MARLIN_ON_TURING = (0, 16, 0)
"""First release whose table gives Marlin to compute capability 7.5; 0.15.1 says 8.0."""
DEFAULT_DISK_GIB = 20.0


@rule(
    "gpu-without-kernels",
    traps=("H1", "H10"),
    severity="error",
    proves="No pool or pod names a machine whose GPU current engines have no code for.",
    needs="The NodePool's values, or the pod's nodeSelector.",
    remedy="name g6 (L4), g5 (A10G), g4dn (T4) or newer",
)
def gpu_without_kernels(index: Index) -> Iterator[Hit]:
    """vLLM is built for compute capability 7.5 and newer: V100 (p3) is older, and EC2 no longer offers most of it. EC2 has
    no AMD Instinct; the GPU of g4ad cannot run vLLM. Where other machines are named beside them it is a warning: Karpenter
    may still choose them."""
    for manifest in index.of_kind("NodePool"):
        for requirement in manifest.each("spec", "template", "spec", "requirements"):
            key, operator = requirement.text("key") or "", requirement.text("operator")
            values = requirement.each("values")
            reasons = [(value, _unfit(index, key, value.scalar() or "")) for value in values if operator == "In"]
            unfit = [(value, why) for value, why in reasons if why]
            for value, reason in unfit:
                yield Hit(value, reason, severity=None if len(unfit) == len(values) else "warning")
    for server in index.derive(model_servers):
        for key, value in server.pod.spec.entries("nodeSelector"):
            if why := _unfit(index, key, value.scalar() or ""):
                yield Hit(value, why)


def _unfit(index: Index, key: str, value: str) -> str | None:
    trait = key.rpartition("/")[2]
    if trait in ("instance-type", "instance-family", "instance-gpu-name"):
        machines = [m for m in index.facts.catalog.instance_types.values() if value in (m.name, m.family, m.gpu_name)]
        if machines and all(_unsupported(index, machine) for machine in machines):
            return f"{value}: {_unsupported(index, machines[0])}"
    return None


def _unsupported(index: Index, machine: InstanceType) -> str | None:
    accelerator = index.facts.catalog.accelerators.get(machine.accelerator or "")
    if accelerator is None:
        return None
    capability = accelerator.compute_capability
    offered = "" if machine.listed else ", and EC2 no longer offers it"
    if accelerator.vendor == "amd":
        return f"{accelerator.name} cannot run vLLM; EC2 has no AMD Instinct GPU"
    if capability and capability < ENGINE_CAPABILITY:
        has, needs = f"{capability[0]}.{capability[1]}", f"{ENGINE_CAPABILITY[0]}.{ENGINE_CAPABILITY[1]}"
        return f"{accelerator.name} has compute capability {has}, current vLLM needs {needs}{offered}"
    return None


@rule(
    "amd-gpu-on-ec2",
    traps=("H10",),
    severity="error",
    proves="No pod of an EKS cluster asks for an AMD GPU.",
    needs="The pod, and an EC2NodeClass that shows where the set runs.",
    remedy="choose an NVIDIA recipe, or render for a cluster that has Instinct GPUs",
)
def amd_gpu_on_ec2(index: Index) -> Iterator[Hit]:
    """The only AMD GPU of EC2 is the Radeon Pro of g4ad, which vLLM does not support; a pod that asks for amd.com/gpu for a
    model waits for ever. Sets that do not show that they run on EC2 are not judged."""
    if not any(index.of_kind("EC2NodeClass")):
        return
    for server in index.derive(model_servers):
        if server.pod.requests.gpu_resource == "amd.com/gpu":
            yield Hit(server.container.at("resources"), "asks for amd.com/gpu; EC2 has no AMD GPU that vLLM supports")


@rule(
    "format-without-kernels",
    traps=("H2",),
    severity="error",
    proves="Weight format and dtype have code for every GPU that the pod may land on.",
    needs="The server's flags, its image's version, and the machines it may land on.",
    remedy="leave --quantization out (the checkpoint says it) and use --dtype half on T4",
)
def format_without_kernels(index: Index) -> Iterator[Hit]:
    """bfloat16 does not exist on T4, and Marlin kernels came to it only in recent releases: the engine refuses to start. A
    pod that may also land on newer GPUs gets a warning: it starts on some nodes and crashes on others."""
    for server in index.derive(model_servers):
        machines = index.derive(node_pools).reachable(server.pod)
        refused = [(m, why) for m in machines if (why := _refusal(index, server, m))]
        if refused:
            flag = "dtype" if "dtype" in refused[0][1] else "quantization"
            severity: Severity | None = None if len(refused) == len(machines) else "warning"
            yield Hit(server.place(f"--{flag}"), f"{refused[0][1]} ({refused[0][0].name})", severity=severity)


def _refusal(index: Index, server: ModelServer, machine: InstanceType) -> str | None:
    accelerator = index.facts.catalog.accelerators.get(machine.accelerator or "")
    if accelerator is None or accelerator.vendor != "nvidia" or server.engine != "vllm":
        return None
    if accelerator.bf16 is False and server.flags.get("dtype") in ("bfloat16", "bf16"):
        return f"--dtype bfloat16 does not exist on {accelerator.name}"
    marlin = (server.flags.get("quantization") or "").endswith("_marlin")
    turing = accelerator.compute_capability == (7, 5)
    if marlin and turing and server.version and server.version < MARLIN_ON_TURING:
        version = ".".join(map(str, server.version))
        return f"--quantization {server.flags['quantization']} needs compute capability 8.0 in vLLM {version}"
    if turing and server.flags.get("quantization") == "mxfp4":
        return f"--quantization mxfp4 needs compute capability 8.0, {accelerator.name} has 7.5"
    return None


@rule(
    "node-pool-too-wide",
    traps=("H7",),
    severity="warning",
    proves="A pool for GPUs launches only machines of the architecture and GPU count that its pods can use.",
    needs="The NodePool; for the GPU count also the pods that may land on it.",
    remedy="pin kubernetes.io/arch, karpenter.k8s.aws/instance-gpu-name and instance-gpu-count",
)
def node_pool_too_wide(index: Index) -> Iterator[Hit]:
    """ "Category g and p, manufacturer nvidia" also admits arm64 machines (g5g), machines with a slice of a GPU and no
    nvidia.com/gpu at all (g6f), and eight-GPU machines for a one-GPU pod: when the cheap ones have no capacity, Karpenter
    launches the dear ones. The dearest machine it could launch is named with its price."""
    for pool in index.derive(node_pools).pools:
        if not pool.is_for_gpus:
            continue
        place = pool.manifest.at("spec", "template", "spec", "requirements")
        if faults := [*_wrong_kinds(pool), *_too_many(index, pool)]:
            yield Hit(place, f"admits {'; '.join(faults)}", _narrower(pool))


def _wrong_kinds(pool: NodePool) -> Iterator[str]:
    architectures = {machine.architecture for machine in pool.machines}
    if len(architectures) > 1:
        arm = next(machine for machine in pool.machines if machine.architecture == "arm64")
        yield f"arm64 machines ({arm.name}) beside amd64"
    whole = [machine for machine in pool.machines if machine.gpu_count]
    slices = [machine for machine in pool.machines if not machine.gpu_count]
    if whole and slices:
        yield f"machines without a whole GPU ({slices[0].name})"


def _too_many(index: Index, pool: NodePool) -> Iterator[str]:
    most = index.derive(_most_asked).get(id(pool), 0)
    larger = [machine for machine in pool.machines if machine.gpu_count > most]
    if most and larger:
        dearest, price = max(
            ((m, _price(index, m)) for m in larger), key=lambda pair: (pair[1] or 0, pair[0].gpu_count)
        )
        cost = f", {price:.2f} USD/h on demand in {index.facts.region}" if price else ""
        yield f"{dearest.name} with {dearest.gpu_count} GPUs for a pod that asks {most}{cost}"


def _narrower(pool: NodePool) -> str:
    gpus = sorted(
        {machine.gpu_name for machine in pool.machines if machine.gpu_count and machine.architecture == "amd64"}
    )
    return (
        "pin what is meant:\n"
        "- {key: kubernetes.io/arch, operator: In, values: [amd64]}\n"
        f"- {{key: karpenter.k8s.aws/instance-gpu-name, operator: In, values: [{', '.join(gpus[:3])}]}}\n"
        '- {key: karpenter.k8s.aws/instance-gpu-count, operator: In, values: ["1"]}'
    )


def _price(index: Index, machine: InstanceType) -> float | None:
    catalog = index.facts.catalog
    found = catalog.price(machine.name, index.facts.region, "on-demand") or catalog.price(
        machine.name, "us-east-1", "on-demand"
    )
    return found.usd_per_hour if found else None


def _most_asked(index: Index) -> dict[int, int]:
    """Most GPUs that one pod asks, by the identity of each pool it may land on."""
    found: dict[int, int] = {}
    pools = index.derive(node_pools)
    for pod in index.pods:
        for pool, _ in pools.open_to(pod) if pod.requests.wants_gpu else ():
            found[id(pool)] = max(found.get(id(pool), 0), pod.requests.gpus)
    return found


@rule(
    "gpu-limit-missing",
    traps=("H8",),
    severity="warning",
    proves="Every pool for GPUs is limited in GPUs.",
    needs="The NodePool.",
    remedy='spec.limits: {nvidia.com/gpu: "8"}',
)
def gpu_limit_missing(index: Index) -> Iterator[Hit]:
    """A scaler that reads a wrong number asks for its maximum; without a limit on nvidia.com/gpu the pool buys it. A limit
    on CPU alone bounds the bill at a number that nobody can read in GPUs."""
    for pool in index.derive(node_pools).pools:
        limits = pool.manifest.at("spec", "limits")
        resources = {machine.gpu_resource for machine in pool.machines if machine.gpu_resource}
        if pool.is_for_gpus and resources and not any(limits.has(resource) for resource in resources):
            stated = ", ".join(key for key, _ in limits.entries())
            place = limits if stated else pool.manifest.at("spec")
            yield Hit(place, f"has no limit on GPUs, only on {stated}" if stated else "has no limit on GPUs")


@rule(
    "replicas-exceed-gpu-limit",
    traps=("H8", "N7"),
    severity="warning",
    proves="The maximum of every scaler fits in the GPU limit of the pools its pods may land on.",
    needs="The scaler, its workload, and NodePools that all state a limit on GPUs.",
    remedy="raise the pool's limit or lower maxReplicaCount",
)
def replicas_exceed_gpu_limit(index: Index) -> Iterator[Hit]:
    """Replicas above the limit stay Pending: the scaler asks for what cannot come, and a rollout that starts one replica
    beside the old ones waits for ever at the limit. Pools without a limit on GPUs leave it open."""
    pools = index.derive(node_pools)
    for pod in index.pods if pools.pools else ():
        wants = pod.requests
        for scaler in index.scalers_of(pod.owner) if wants.wants_gpu else ():
            most = scaler.at("spec", "maxReplicaCount") or scaler.at("spec", "maxReplicas")
            limits = [
                quantity(p.manifest, "spec", "limits", wants.gpu_resource or "") for p, m in pools.open_to(pod) if m
            ]
            stated = [limit for limit in limits if limit is not None]
            count = most.integer()
            if count and limits and len(stated) == len(limits) and count * wants.gpus > sum(stated):
                asked, room = count * wants.gpus, int(sum(stated))
                yield Hit(
                    most, f"{count} replicas × {wants.gpus} GPU ask {asked} GPUs, their pools are limited to {room}"
                )


@rule(
    "node-disk-smaller-than-image",
    traps=("H9",),
    severity="error",
    proves="The image of every model server fits on the disk of the nodes it may land on.",
    needs="The EC2NodeClass, its pools, the pods that land there, and the image's size in the catalog.",
    remedy="a data volume of 60Gi or more, or instanceStorePolicy: RAID0 on machines with local NVMe",
)
def node_disk_smaller_than_image(index: Index) -> Iterator[Hit]:
    """The default volume is 20 GiB, about 17 of it allocatable, and vLLM's image unpacks to 28 GB: the pull fails with "no
    space left on device" after minutes. On Bottlerocket images lie on /dev/xvdb, on AL2023 on /dev/xvda. With RAID0 the
    disk is the local NVMe where the machine has one; then the rule is silent. A custom AMI without block devices is too."""
    pools = index.derive(node_pools)
    for server in index.derive(model_servers):
        need = _image_gib(index, server)
        for pool, machines in pools.open_to(server.pod) if need else ():
            node_class = _node_class(index, pool)
            if node_class is None or not machines or need is None:
                continue
            if node_class.text("spec", "instanceStorePolicy") == "RAID0" and all(m.local_nvme_gb for m in machines):
                continue
            disk, place = _disk(node_class)
            if disk is not None and disk < need:
                image = server.container.image.partition("@")[0]
                yield Hit(place, f"nodes have {disk:g} GiB for images, {image} unpacks to {need:.1f} GiB")


def _image_gib(index: Index, server: ModelServer) -> float | None:
    """Unpacked size of the catalog's image with the same engine and name, in GiB."""
    if server.pod.requests.gpu_resource != "nvidia.com/gpu":
        return None
    image = next(
        (i for i in index.facts.catalog.images.values() if i.engine == server.engine and i.vendor == "nvidia"), None
    )
    return image.unpacked_gb * 1e9 / 2**30 if image else None


def _node_class(index: Index, pool: NodePool) -> Manifest | None:
    reference = pool.manifest.at("spec", "template", "spec", "nodeClassRef")
    return index.named("EC2NodeClass", reference.text("name"), pool.manifest)


def _disk(node_class: Manifest) -> tuple[float | None, Field]:
    """GiB of the volume that holds images, with its place; `None` where it cannot be known."""
    mappings = node_class.each("spec", "blockDeviceMappings")
    family = node_class.text("spec", "amiFamily") or ""
    aliases = [term.text("alias") or "" for term in node_class.each("spec", "amiSelectorTerms")]
    bottlerocket = family == "Bottlerocket" or any(alias.startswith("bottlerocket") for alias in aliases)
    if not mappings:
        known = bottlerocket or family in ("AL2", "AL2023") or any(alias.startswith("al2") for alias in aliases)
        return (DEFAULT_DISK_GIB if known else None), node_class.at("spec")
    data = [m for m in mappings if m.text("deviceName") == "/dev/xvdb"] if bottlerocket else mappings
    sizes = [(quantity(m, "ebs", "volumeSize"), m.at("ebs", "volumeSize")) for m in data]
    known_sizes = [(size / 2**30, place) for size, place in sizes if size is not None]
    if not known_sizes:
        return (DEFAULT_DISK_GIB, node_class.at("spec", "blockDeviceMappings")) if bottlerocket and not data else (
            None, node_class.at("spec"))  # fmt: skip
    return max(known_sizes, key=lambda pair: pair[0])
