"""The pod of a model server: one template for a Deployment and for each place in a LeaderWorkerSet's group.

Writable paths are volumes, because the root is read-only and the user is not root: engines compile into their cache, and
Inductor fails for a user without a passwd entry unless it is told where.
"""

from typing import Literal

from cdk8s_plus_28 import k8s

from headway.constructs.compile_cache import CacheFolder
from headway.constructs.image import image_reference
from headway.constructs.manifest import quantity, resources
from headway.constructs.part import Labels
from headway.constructs.priority_classes import SERVING_MODEL
from headway.constructs.references import Port
from headway.constructs.security import restricted_container, restricted_pod
from headway.constructs.workload import container_ports, http_probe, pause_before_stop
from headway.domain.accelerator import Accelerator
from headway.domain.cluster import Cluster
from headway.domain.engine import CACHE_PLACEHOLDER, EngineContract
from headway.domain.gpu_pool import GpuPool
from headway.domain.noun import Noun
from headway.recipes import Recipe
from headway.recipes.disk_plan import POD_DISK_GIB

POOL_LABEL = "headway.dev/pool"
INSTANCE_TYPE = "node.kubernetes.io/instance-type"
HOME = "/home/engine"
CACHE = f"{HOME}/.cache"
Place = Literal["alone", "leader", "worker"]


def serving_port(engine: EngineContract) -> Port:
    """The port that a model server answers on."""
    return Port("http", engine.port)


def metrics_port(engine: EngineContract) -> Port:
    """The port that a model server's metrics are read from; the API's own unless the contract names another."""
    return Port("metrics", engine.metrics.port) if engine.metrics.port else serving_port(engine)


def cache_folder(engine: EngineContract) -> str:
    """Where the engine keeps compiled kernels. Raises `ValueError` for an engine that keeps none."""
    if engine.compile_cache is None:
        raise ValueError(f"{engine.name} keeps no compile cache")
    return f"{CACHE}/{engine.compile_cache.folder}"


class EnginePodProps(Noun, arbitrary_types_allowed=True):
    """Everything one model-server pod is made from."""

    recipe: Recipe
    """How the deployment is served."""
    cluster: Cluster
    """Where it runs."""
    pool: GpuPool
    """The pool it lands on."""
    accelerator: Accelerator
    """What it asks for."""
    service_account: str
    """Name it acts under in AWS."""
    compile_cache: CacheFolder | None = None
    """Folder with compiled kernels, mounted read-only."""


def engine_pod(props: EnginePodProps, labels: Labels, place: Place = "alone") -> k8s.PodTemplateSpec:
    """The pod template; `place` says which part of a group it is."""
    return k8s.PodTemplateSpec(
        metadata=k8s.ObjectMeta(labels=labels),
        spec=k8s.PodSpec(
            service_account_name=props.service_account,
            automount_service_account_token=False,
            enable_service_links=False,
            priority_class_name=SERVING_MODEL.name,
            termination_grace_period_seconds=props.recipe.lifecycle.grace_seconds,
            security_context=restricted_pod(),
            node_selector=_node_selector(props),
            affinity=_fallback_pools(props.recipe) if len(props.recipe.pools) > 1 else None,
            tolerations=[k8s.Toleration(key=props.accelerator.resource, operator="Exists", effect="NoSchedule")],
            init_containers=[_cache_copy(props, props.compile_cache)] if props.compile_cache else None,
            containers=[_engine(props, place)],
            volumes=_volumes(props),
        ),
    )


def engine_resources(props: EnginePodProps) -> k8s.ResourceRequirements:
    """Requests and limits; memory and GPUs are equal in both, CPU has no limit because throttling stalls decoding."""
    host = props.recipe.host
    fixed = {
        "memory": f"{host.memory_mib}Mi",
        "ephemeral-storage": f"{POD_DISK_GIB}Gi",
        props.accelerator.resource: str(props.recipe.chosen.machine.gpu_count),
    }
    return resources({"cpu": f"{host.cpu_millicores}m", **fixed}, fixed)


def _engine(props: EnginePodProps, place: Place) -> k8s.Container:
    recipe, contract = props.recipe, props.recipe.arguments.engine
    serves = place != "worker"
    return k8s.Container(
        name="engine",
        image=image_reference(recipe.image, props.cluster),
        image_pull_policy="IfNotPresent",
        # A worker answers nobody and has nothing to drain: it runs the engine alone.
        command=list(recipe.arguments.command() if serves else contract.command),
        args=[*recipe.arguments.arguments(), *_group_arguments(props, place)],
        env=_environment(props, place),
        ports=container_ports(*dict.fromkeys((serving_port(contract), metrics_port(contract)))) if serves else None,
        startup_probe=_health(contract, recipe.lifecycle.startup_failures) if serves else None,
        liveness_probe=_health(contract, 6) if serves else None,
        readiness_probe=_health(contract, 2) if serves else None,
        lifecycle=pause_before_stop(recipe.lifecycle.pre_stop_seconds),
        resources=engine_resources(props),
        security_context=restricted_container(),
        volume_mounts=engine_mounts(),
    )


def _group_arguments(props: EnginePodProps, place: Place) -> list[str]:
    """How the machines of one replica find each other; LeaderWorkerSet sets the variables."""
    group = props.recipe.arguments.engine.group
    if place == "alone" or group is None:
        return []
    rank = "0" if place == "leader" else "$(LWS_WORKER_INDEX)"
    leader = "$(LWS_LEADER_ADDRESS)" + (f":{group.leader_port}" if group.leader_port else "")
    shared = [group.nodes, str(props.recipe.chosen.nodes), group.rank, rank, group.leader, leader]
    return shared if place == "leader" else [*shared, *group.worker]


def _environment(props: EnginePodProps, place: Place) -> list[k8s.EnvVar]:
    values = {
        "AWS_REGION": props.cluster.region,
        "HF_HUB_OFFLINE": "1",
        "HOME": HOME,
        "TORCHINDUCTOR_CACHE_DIR": f"{CACHE}/inductor",
        "TRITON_CACHE_DIR": f"{CACHE}/triton",
        "USER": "engine",
    }
    contract = props.recipe.arguments.engine
    values |= {name: text.replace(CACHE_PLACEHOLDER, CACHE) for name, text in contract.environment.items()}
    address = contract.address_variable
    values |= {address: "127.0.0.1"} if address and place == "alone" else {}
    variables = [k8s.EnvVar(name=name, value=value) for name, value in sorted(values.items())]
    if address and place != "alone":
        own_address = k8s.EnvVarSource(field_ref=k8s.ObjectFieldSelector(api_version="v1", field_path="status.podIP"))
        variables.append(k8s.EnvVar(name=address, value_from=own_address))
    return variables


def _health(contract: EngineContract, failures: int) -> k8s.Probe:
    return http_probe(contract.health_path, serving_port(contract), failures, timeout_seconds=3)


def engine_mounts() -> list[k8s.VolumeMount]:
    """Where an engine may write."""
    return [
        k8s.VolumeMount(name="shm", mount_path="/dev/shm"),  # noqa: S108  the kernel's shared memory, a volume here
        k8s.VolumeMount(name="home", mount_path=HOME),
        k8s.VolumeMount(name="tmp", mount_path="/tmp"),  # noqa: S108
    ]


def engine_volumes(props: EnginePodProps) -> list[k8s.Volume]:
    """The volumes behind `engine_mounts`; shared memory counts against the container's limit."""
    shared = f"{props.recipe.host.shared_memory_mib}Mi"
    return [
        k8s.Volume(name="shm", empty_dir=k8s.EmptyDirVolumeSource(medium="Memory", size_limit=quantity(shared))),
        k8s.Volume(name="home", empty_dir=k8s.EmptyDirVolumeSource(size_limit=quantity("10Gi"))),
        k8s.Volume(name="tmp", empty_dir=k8s.EmptyDirVolumeSource(size_limit=quantity("4Gi"))),
    ]


def _volumes(props: EnginePodProps) -> list[k8s.Volume]:
    cache = [props.compile_cache.volume(read_only=True)] if props.compile_cache else []
    return [*engine_volumes(props), *cache]


def _cache_copy(props: EnginePodProps, folder: CacheFolder) -> k8s.Container:
    """Copies the folder into the pod's own cache: readers never write what other pods will execute."""
    fixed = {"memory": "256Mi", "ephemeral-storage": f"{POD_DISK_GIB}Gi"}
    return k8s.Container(
        name="compile-cache",
        image=image_reference(props.recipe.image, props.cluster),
        image_pull_policy="IfNotPresent",
        command=["sh", "-c", folder.copy_script(cache_folder(props.recipe.arguments.engine))],
        resources=resources({"cpu": "250m", **fixed}, fixed),
        security_context=restricted_container(),
        volume_mounts=[*engine_mounts(), folder.mount(read_only=True)],
    )


def chosen_machine(props: EnginePodProps) -> dict[str, str]:
    """Labels of the machines that the recipe chose."""
    if props.pool.static_node:
        return dict(props.pool.static_node.selector)
    pinned = props.recipe.question.pinned_instance_type
    machine = {INSTANCE_TYPE: pinned} if pinned else {}
    return {POOL_LABEL: props.recipe.chosen.pool, "kubernetes.io/arch": "amd64", **machine}


def _node_selector(props: EnginePodProps) -> dict[str, str]:
    """Labels that every machine a server may land on has."""
    labels = chosen_machine(props)
    return labels if len(props.recipe.pools) == 1 else {key: labels[key] for key in labels if key != POOL_LABEL}


def _fallback_pools(recipe: Recipe) -> k8s.Affinity:
    """The pools of the chain: all are admitted, the earlier ones preferred, as their NodePools' weights say too."""

    def among(*pools: str) -> k8s.NodeSelectorTerm:
        wanted = k8s.NodeSelectorRequirement(key=POOL_LABEL, operator="In", values=list(pools))
        return k8s.NodeSelectorTerm(match_expressions=[wanted])

    return k8s.Affinity(
        node_affinity=k8s.NodeAffinity(
            required_during_scheduling_ignored_during_execution=k8s.NodeSelector(
                node_selector_terms=[among(*recipe.pools)]
            ),
            preferred_during_scheduling_ignored_during_execution=[
                k8s.PreferredSchedulingTerm(weight=max(1, 100 - 10 * place), preference=among(pool))
                for place, pool in enumerate(recipe.pools[:-1])
            ],
        )
    )
