"""What the recipe engine is asked: serve this model, for this load, on one of these machines.

A deployment of an environment is a question over its pools; a model card alone is one over the whole catalog.

Engines are candidates like machines and weight formats. They differ in what their contracts say: kernels, images, whether
they span machines. They do not differ in predicted speed: the step-time model is fitted on vLLM, no measured row here is of
another engine, and a factor without a source would be an invention. So an engine never wins by a time that nobody measured,
and among equals the one named first is preferred.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from headway.catalog import Catalog
from headway.domain.cluster import DaemonSetReserve, Quotas
from headway.domain.engine_argument import ArgumentValue
from headway.domain.environment import EnvironmentSpec
from headway.domain.gpu_pool import GpuPool
from headway.domain.instance_type import CapacityType
from headway.domain.model_card import KvPrecision, ModelCard, Precision
from headway.domain.model_deployment import ModelDeployment
from headway.domain.objective import Objective, Workload
from headway.domain.runtime_image import Engine
from headway.recipes.machine import Machine, machines

TYPICAL_LOAD = Workload(requests_per_second=1, prompt_tokens=500, output_tokens=200)
"""Load of a question that states none."""
ANY_CAPACITY: tuple[CapacityType, ...] = ("spot", "on-demand")


@dataclass(frozen=True)
class Place:
    """A machine that a replica may land on, and how it may be bought."""

    pool: str
    """Pool of the environment; the accelerator and count where there is no environment."""
    machine: Machine
    capacity_types: tuple[CapacityType, ...]
    offers: int
    """Spot pools behind it: instance types of its pool times zones that offer them."""


@dataclass(frozen=True)
class Supply:
    """What can be had where the model is to run."""

    region: str = ""
    """AWS region; empty where machines exist already."""
    zones: tuple[str, ...] = ()
    """Zones that machines may start in; empty for any."""
    offerings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Zones that offer an instance type, where the fork has stated them."""
    quotas: Quotas = field(default_factory=Quotas)
    """vCPUs that the account may start, where the fork has stated them."""

    def offers(self, pool: GpuPool, admitted: tuple[Machine, ...]) -> int:
        """Spot pools that Karpenter can choose from: instance types times zones that offer them."""
        if pool.static_node is not None or "spot" not in pool.capacity_types:
            return 0
        if not self.zones:
            return len(admitted)
        return sum(len(set(self.zones) & set(self.offerings.get(m.name, self.zones))) for m in admitted)


@dataclass(frozen=True)
class Question:
    """One model, one load, some places. `objective` is `None` where any speed will do."""

    card: ModelCard
    precisions: tuple[Precision, ...]
    engines: tuple[Engine, ...]
    context_tokens: int
    concurrency: int
    workload: Workload
    objective: Objective | None
    places: tuple[Place, ...]
    agents: DaemonSetReserve
    supply: Supply
    kv_precisions: tuple[KvPrecision, ...] = ("16bit",)
    replicas_min: int = 1
    """Replicas that run without load."""
    replicas: int = 1
    """Replicas that may share the load."""
    budget_usd_per_hour: float | None = None
    """Most that all replicas may cost on demand."""
    compile_cache: bool = False
    scrape_interval_seconds: int = 5
    pinned_instance_type: str | None = None
    pinned_gpu_count: int | None = None
    engine_arguments: Mapping[str, ArgumentValue] = field(default_factory=dict)
    """Further arguments that are stated for the engines; some GPUs cannot do what they ask."""

    @property
    def typical_tokens(self) -> int:
        """Prompt plus output of the workload's typical request."""
        return self.workload.prompt_tokens + self.workload.output_tokens


def deployment_question(model: ModelDeployment, spec: EnvironmentSpec, catalog: Catalog) -> Question:
    """The question that a model deployment of an environment asks."""
    pin, cluster = model.pin, spec.cluster
    region = cluster.region if cluster.provider == "eks" else ""
    supply = Supply(region, cluster.zones, cluster.offerings, cluster.quotas)
    return Question(
        card=catalog.models[model.card],
        precisions=(pin.precision,) if pin.precision else tuple(sorted(model.checkpoints)),
        engines=model.allowed_engines,
        context_tokens=model.context_tokens,
        concurrency=model.concurrency,
        workload=model.workload,
        objective=model.objective,
        places=tuple(
            place for pool in model.pools for place in _places(pool, spec.pools[pool], cluster.region, supply, catalog)
        ),
        agents=cluster.daemon_sets,
        supply=supply,
        kv_precisions=model.kv_precisions,
        replicas_min=max(1, model.limits.replicas.min),
        replicas=model.limits.replicas.max,
        budget_usd_per_hour=model.limits.budget_usd_per_hour,
        compile_cache=model.compile_cache,
        scrape_interval_seconds=spec.metrics.scrape_interval_seconds,
        pinned_instance_type=pin.instance_type,
        pinned_gpu_count=pin.gpu_count,
        engine_arguments=model.engine_arguments,
    )


@dataclass(frozen=True)
class Demand:
    """A load and a promise that are not those of any deployment."""

    context_tokens: int = 4096
    concurrency: int = 16
    workload: Workload = TYPICAL_LOAD
    objective: Objective | None = None
    replicas: int = 16
    """Replicas that may share the load."""
    kv_precisions: tuple[KvPrecision, ...] = ("16bit",)


def card_question(card: ModelCard, demand: Demand, catalog: Catalog, region: str) -> Question:
    """The question that a model card alone asks: every known format, on every machine of the catalog."""
    return Question(
        card=card,
        precisions=tuple(sorted(card.weight_bytes)),
        engines=tuple(catalog.engines),
        context_tokens=demand.context_tokens,
        concurrency=demand.concurrency,
        workload=demand.workload,
        objective=demand.objective,
        places=every_place(catalog, region),
        agents=DaemonSetReserve(),
        supply=Supply(region),
        kv_precisions=demand.kv_precisions,
        replicas=demand.replicas,
    )


def every_place(catalog: Catalog, region: str) -> tuple[Place, ...]:
    """Every machine of the catalog that an engine could use, grouped as pools would be."""
    shapes = sorted(
        {
            (instance.accelerator, instance.gpu_count)
            for instance in catalog.instance_types.values()
            if instance.accelerator and instance.listed and instance.gpu_count and instance.architecture == "amd64"
        }
    )
    pools = {f"{gpu}-{count}x": GpuPool(accelerator=gpu, gpu_count=count, max_gpus=count) for gpu, count in shapes}
    return tuple(
        place for name, pool in pools.items() for place in _places(name, pool, region, Supply(region), catalog)
    )


def _places(name: str, pool: GpuPool, region: str, supply: Supply, catalog: Catalog) -> tuple[Place, ...]:
    admitted = machines(pool, catalog, region)
    offers = supply.offers(pool, admitted)
    return tuple(Place(name, machine, pool.capacity_types, offers) for machine in admitted)
