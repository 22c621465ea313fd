"""Turns the best candidate of a deployment into a recipe: image, arguments, cold start, budgets.

question ─▶ ranking (each candidate judged) ─▶ the cheapest that runs ─▶ chain of fallbacks ─▶ recipe

The pod of a recipe may land on the chosen pool and on those that Karpenter follows the chain to, so what it asks for and
how long it is given hold for every machine there.
"""

from dataclasses import dataclass, replace

from headway.catalog import Catalog
from headway.domain.environment import EnvironmentSpec
from headway.recipes import kernels
from headway.recipes.candidate import Candidate
from headway.recipes.cold_start import ColdStart
from headway.recipes.engine_arguments import EngineArguments
from headway.recipes.fallback import fallback_chain, same_pod
from headway.recipes.host_plan import cpu_request
from headway.recipes.judgement import image_for
from headway.recipes.lifecycle import plan_lifecycle
from headway.recipes.memory_plan import UTILIZATION
from headway.recipes.question import deployment_question
from headway.recipes.ranking import rank
from headway.recipes.recipe import Recipe
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
    question = deployment_question(model, spec, catalog)
    ranked = rank(question, catalog)
    chosen = ranked[0] if ranked and ranked[0].runs else None
    image = image_for(chosen.engine, chosen.machine, catalog) if chosen else None
    if chosen is None or chosen.memory is None or image is None:
        raise NothingFits(name, ranked)
    fallbacks = fallback_chain(ranked, question)
    pools = {chosen.pool, *(step.candidate.pool for step in fallbacks if step.followed)}
    landing = [c for c in ranked if c.runs and c.pool in pools and (c is chosen or same_pod(chosen, c))]
    cold = _slowest(landing)
    may_be_spot = chosen.machine.provisioned and any("spot" in spec.pools[pool].capacity_types for pool in pools)
    lifecycle = plan_lifecycle(cold, model.longest_stream_seconds, may_be_spot)
    host = replace(chosen.host, cpu_millicores=_cpu_on_every_machine(chosen, landing, spec))
    prefix = model.checkpoints[chosen.precision].strip("/")
    return Recipe(
        deployment=name,
        question=question,
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
            dtype=_dtype(landing, catalog),
            tensor_parallel=chosen.tensor_parallel,
            pipeline_parallel=chosen.pipeline_parallel,
            stream_buffer_bytes=host.stream_buffer_mib * 2**20,
            shutdown_seconds=lifecycle.shutdown_seconds,
            kv_cache_dtype="fp8" if chosen.kv_precision == "fp8" else "auto",
            stated=stated_arguments(model.engine_arguments, catalog.engines[chosen.engine], catalog),
        ),
        cold_start=cold,
        lifecycle=lifecycle,
        candidates=ranked,
        fallbacks=fallbacks,
    )


def _slowest(landing: list[Candidate]) -> ColdStart:
    """The cold start that budgets must outlast: of the slowest machine a pod may land on."""
    return max((c.cold_start for c in landing if c.cold_start), key=lambda cold: cold.worst_seconds)


def _dtype(landing: list[Candidate], catalog: Catalog) -> str:
    """One type for every GPU that a pod may land on: `half` as soon as one of them has no bfloat16."""
    return max(kernels.dtype(catalog.accelerators[candidate.machine.accelerator]) for candidate in landing)


def _cpu_on_every_machine(chosen: Candidate, landing: list[Candidate], spec: EnvironmentSpec) -> int:
    """CPU that every machine has which the pod may land on, so that any of them may be launched."""
    room = min(candidate.machine.cpu_millicores for candidate in landing) - spec.cluster.daemon_sets.cpu_millicores
    return cpu_request(room, chosen.machine.gpu_count)
