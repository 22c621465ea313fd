"""Turns the best candidate of a deployment into a recipe: image, arguments, cold start, budgets.

question ─▶ ranking (each candidate judged) ─▶ the cheapest that runs ─▶ recipe
"""

from dataclasses import dataclass, replace

from headway.catalog import Catalog
from headway.domain.environment import EnvironmentSpec
from headway.recipes import kernels
from headway.recipes.cold_start import predict_cold_start
from headway.recipes.engine_arguments import EngineArguments
from headway.recipes.host_plan import HostPlan, cpu_request
from headway.recipes.judgement import image_for
from headway.recipes.lifecycle import plan_lifecycle
from headway.recipes.machine import machines
from headway.recipes.memory_plan import UTILIZATION
from headway.recipes.question import deployment_question
from headway.recipes.ranking import rank
from headway.recipes.recipe import Candidate, Recipe
from headway.recipes.stated_arguments import stated_arguments


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


def _first(found: list[str], most: int = 3) -> str:
    names = list(dict.fromkeys(found))  # engines differ, machines repeat
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def choose(name: str, spec: EnvironmentSpec, catalog: Catalog) -> Recipe:
    """The recipe of one model deployment. Raises `NothingFits` with every candidate and its reason."""
    model, catalog = spec.models[name], catalog.with_backends(spec.backends)
    ranked = rank(deployment_question(model, spec, catalog), catalog)
    chosen = ranked[0] if ranked and ranked[0].rejected_by is None else None
    image = image_for(chosen.engine, chosen.machine, catalog) if chosen else None
    if chosen is None or chosen.memory is None or chosen.host is None or image is None:
        raise NothingFits(name, ranked)
    card = catalog.models[model.card]
    prefix = model.checkpoints[chosen.precision].strip("/")
    weights = card.weight_bytes[chosen.precision] / chosen.nodes
    cold = predict_cold_start(chosen.machine, image, weights, model.compile_cache, spec.metrics.scrape_interval_seconds)
    may_be_spot = chosen.machine.provisioned and "spot" in spec.pools[chosen.pool].capacity_types
    lifecycle = plan_lifecycle(cold, model.longest_stream_seconds, may_be_spot)
    host = replace(chosen.host, cpu_millicores=_cpu_on_every_machine(chosen, chosen.host, spec, catalog))
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
            engine=catalog.engines[chosen.engine],
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
            stated=stated_arguments(model.engine_arguments, catalog.engines[chosen.engine], catalog),
        ),
        cold_start=cold,
        lifecycle=lifecycle,
        candidates=ranked,
    )


def _cpu_on_every_machine(chosen: Candidate, host: HostPlan, spec: EnvironmentSpec, catalog: Catalog) -> int:
    """CPU that each machine of the pool has which holds the pod's memory, so that any of them may be launched."""
    agents = spec.cluster.daemon_sets
    room = [
        machine.cpu_millicores - agents.cpu_millicores
        for machine in machines(spec.pools[chosen.pool], catalog, spec.cluster.region)
        if machine.memory_mib - agents.memory_mib >= host.memory_mib
    ]
    return cpu_request(min(room), chosen.machine.gpu_count)
