"""Chooses a recipe: every machine × precision of the deployment's pools is judged, the cheapest that runs is taken.

    candidates ──kernels──▶ ──heads──▶ ──GPU memory──▶ ──host memory──▶ cheapest, fewest machines

This first engine judges fit and price. Latency, quota and fallback order build on the same `Candidate`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from headway.catalog import Catalog
from headway.domain.environment import EnvironmentSpec
from headway.domain.model_card import ModelCard, Precision
from headway.domain.model_deployment import ModelDeployment
from headway.domain.runtime_image import Engine, RuntimeImage
from headway.recipes import kernels
from headway.recipes.cold_start import predict_cold_start
from headway.recipes.engine_arguments import EngineArguments
from headway.recipes.host_plan import cpu_request, plan_host
from headway.recipes.lifecycle import plan_lifecycle
from headway.recipes.machine import Machine, machines
from headway.recipes.memory_plan import UTILIZATION, plan_memory
from headway.recipes.recipe import Candidate, Recipe, Rejection

DEFAULT_ENGINE: Engine = "vllm"
"""Engine of a deployment that pins none."""
NODE_COUNTS = (1, 2, 4)
"""Machines one replica may span."""
TOO_SMALL = ("GiB", "GPUs")
"""Units of the rejections that more machines can lift."""


@dataclass(frozen=True)
class NothingFits(Exception):
    """No candidate can serve the deployment; the nearest ones say why."""

    deployment: str
    candidates: tuple[Candidate, ...]

    def __str__(self) -> str:
        reasons: dict[str, list[str]] = {}
        for c in self.candidates:
            if c.rejected_by:
                count = f"{c.nodes} × " if c.nodes > 1 else ""
                reasons.setdefault(c.rejected_by.reason, []).append(f"{count}{c.machine.name} with {c.precision}")
        shown = [f"{reason} ({_first(who)})" for reason, who in list(reasons.items())[:3]]
        return f"no candidate serves {self.deployment}: " + ", ".join(shown)


def _first(names: list[str], most: int = 3) -> str:
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def choose(name: str, spec: EnvironmentSpec, catalog: Catalog) -> Recipe:
    """The recipe of one model deployment. Raises `NothingFits` with every candidate and its reason."""
    model = spec.models[name]
    ranked = sorted(candidates(model, spec, catalog), key=_rank)
    chosen = next((c for c in ranked if c.rejected_by is None), None)
    if chosen is None or chosen.memory is None or chosen.host is None:
        raise NothingFits(name, tuple(ranked))
    card, image = catalog.models[model.card], _image(chosen.engine, chosen.machine, catalog)
    assert image is not None, "a candidate without an image is rejected"  # noqa: S101
    prefix = model.checkpoints[chosen.precision].strip("/")
    weights = card.weight_bytes[chosen.precision] / chosen.nodes
    cold = predict_cold_start(chosen.machine, image, weights, model.compile_cache, spec.metrics.scrape_interval_seconds)
    may_be_spot = chosen.machine.provisioned and "spot" in spec.pools[chosen.pool].capacity_types
    lifecycle = plan_lifecycle(cold, model.longest_stream_seconds, may_be_spot)
    host = replace(chosen.host, cpu_millicores=_cpu_on_every_machine(chosen, spec, catalog))
    return Recipe(
        deployment=name,
        card=card,
        chosen=chosen,
        memory=chosen.memory,
        host=host,
        image=image,
        checkpoint=prefix,
        sequences=min(model.concurrency, chosen.memory.typical_sequences),
        arguments=EngineArguments(
            engine=chosen.engine,
            model=f"s3://{spec.cluster.models_bucket}/{prefix}",
            served_name=model.served_name or name,
            context_tokens=model.context_tokens,
            concurrency=model.concurrency,
            memory_utilization=UTILIZATION,
            dtype=kernels.dtype(catalog.accelerators[chosen.machine.accelerator]),
            tensor_parallel=chosen.tensor_parallel,
            pipeline_parallel=chosen.nodes,
            stream_buffer_bytes=host.stream_buffer_mib * 2**20,
            shutdown_seconds=lifecycle.shutdown_seconds,
        ),
        cold_start=cold,
        lifecycle=lifecycle,
        candidates=(chosen, *(c for c in ranked if c is not chosen)),
    )


def candidates(model: ModelDeployment, spec: EnvironmentSpec, catalog: Catalog) -> Iterator[Candidate]:
    """Every machine × precision of the deployment's pools, judged; more machines a replica only where one is too small."""
    engine: Engine = model.pin.engine or DEFAULT_ENGINE
    precisions = (model.pin.precision,) if model.pin.precision else tuple(sorted(model.checkpoints))
    for pool in model.pools:
        for machine in machines(spec.pools[pool], catalog, spec.cluster.region):
            for precision in precisions:
                for nodes in _node_counts(machine, model):
                    candidate = _judge(model, spec, catalog, pool, machine, nodes, precision, engine)
                    yield candidate
                    if candidate.rejected_by is None or candidate.rejected_by.unit not in TOO_SMALL:
                        break


def _node_counts(machine: Machine, model: ModelDeployment) -> tuple[int, ...]:
    """Machines with one GPU have larger siblings without a network in between, so only a pin spreads a replica over them."""
    return NODE_COUNTS if machine.gpu_count > 1 or model.pin.gpu_count else NODE_COUNTS[:1]


def _judge(
    model: ModelDeployment,
    spec: EnvironmentSpec,
    catalog: Catalog,
    pool: str,
    machine: Machine,
    nodes: int,
    precision: Precision,
    engine: Engine,
) -> Candidate:
    card = catalog.models[model.card]
    tensor_parallel = _tensor_parallel(card, machine.gpu_count)
    price = machine.expected_usd_per_hour(spec.pools[pool].capacity_types)
    usable = catalog.accelerators[machine.accelerator].usable_gib
    typical = model.workload.prompt_tokens + model.workload.output_tokens
    memory = (
        plan_memory(card, precision, usable, tensor_parallel, nodes, model.context_tokens, typical) if usable else None
    )
    host = plan_host(card, precision, machine, nodes, spec.cluster.daemon_sets)
    candidate = Candidate(
        pool, machine, nodes, precision, engine, tensor_parallel, memory, host,
        price * nodes if price is not None else None, None,
    )  # fmt: skip
    rejection = _rejection(candidate, model, card, spec, catalog)
    return replace(candidate, rejected_by=rejection)


def _rejection(
    candidate: Candidate, model: ModelDeployment, card: ModelCard, spec: EnvironmentSpec, catalog: Catalog
) -> Rejection | None:
    machine, memory, host, pin = candidate.machine, candidate.memory, candidate.host, model.pin
    accelerator = catalog.accelerators[machine.accelerator]
    if pin.instance_type and machine.name != pin.instance_type:
        return Rejection(f"pinned to {pin.instance_type}")
    if pin.gpu_count and candidate.nodes * machine.gpu_count != pin.gpu_count:
        return Rejection(f"pinned to {pin.gpu_count} GPUs", pin.gpu_count, candidate.nodes * machine.gpu_count, "GPUs")
    if reason := kernels.why_not(card, candidate.precision, accelerator, candidate.engine):
        return Rejection(reason)
    if _image(candidate.engine, machine, catalog) is None:
        return Rejection(f"the catalog has no {candidate.engine} image for {accelerator.vendor}")
    if memory is None:
        return Rejection(f"usable memory of {accelerator.name} is not verified")
    if memory.kv_cache_gib <= 0 or memory.full_length_sequences < 1:
        needs = memory.weights_gib + memory.overhead_gib
        return Rejection(
            f"weights and overhead need {needs:.1f} GiB a GPU and leave no room for {model.context_tokens} tokens,"
            f" {machine.accelerator} offers {memory.budget_gib:.1f}",
            round(needs, 1), round(memory.budget_gib, 1), "GiB",
        )  # fmt: skip
    if memory.typical_sequences < model.concurrency:
        return Rejection(
            f"KV cache holds {memory.typical_sequences} sequences of typical length, concurrency is {model.concurrency}",
            model.concurrency, memory.typical_sequences, "sequences",
        )  # fmt: skip
    room = machine.memory_mib - spec.cluster.daemon_sets.memory_mib
    if host is not None and host.memory_mib > room:
        return Rejection(
            f"the container needs {host.memory_mib} MiB, {machine.name} has {room} beside DaemonSets",
            host.memory_mib, room, "MiB",
        )  # fmt: skip
    return None


def _cpu_on_every_machine(chosen: Candidate, spec: EnvironmentSpec, catalog: Catalog) -> int:
    """CPU that each machine of the pool has which holds the pod's memory, so that any of them may be launched."""
    assert chosen.host is not None, "a candidate without a host plan is rejected"  # noqa: S101
    agents = spec.cluster.daemon_sets
    room = [
        machine.cpu_millicores - agents.cpu_millicores
        for machine in machines(spec.pools[chosen.pool], catalog, spec.cluster.region)
        if machine.memory_mib - agents.memory_mib >= chosen.host.memory_mib
    ]
    return cpu_request(min(room), chosen.machine.gpu_count)


def _tensor_parallel(card: ModelCard, gpu_count: int) -> int:
    """The largest number of a machine's GPUs that divides the attention heads."""
    return max(size for size in range(1, gpu_count + 1) if card.attention_heads % size == 0 and gpu_count % size == 0)


def _image(engine: Engine, machine: Machine, catalog: Catalog) -> RuntimeImage | None:
    vendor = catalog.accelerators[machine.accelerator].vendor
    fitting = (image for image in catalog.images.values() if image.engine == engine and image.vendor == vendor)
    return next(fitting, None)


def _rank(candidate: Candidate) -> tuple[bool, float, int, int, str, str]:
    price = candidate.usd_per_hour if candidate.usd_per_hour is not None else float("inf")
    spare = -(candidate.memory.kv_tokens if candidate.memory else 0)
    return (
        candidate.rejected_by is not None,
        price,
        candidate.nodes,
        spare,
        candidate.machine.name,
        candidate.precision,
    )
