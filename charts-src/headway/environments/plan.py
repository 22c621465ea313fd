"""The plan of an environment: a recipe and a law for each model deployment, and what all of it costs.

Recipes judge one deployment at a time; what needs several (GPU limits of a shared pool) or money (budgets) is judged
here. Faults name the environment's file and line, like any other.
"""

import math
from collections.abc import Iterator

from headway.catalog import Catalog
from headway.domain.environment import EnvironmentSpec
from headway.domain.fault import Fault
from headway.domain.model_deployment import ModelDeployment
from headway.environments.faults import EnvironmentFaults
from headway.environments.loader import Environment
from headway.recipes import NothingFits, choose
from headway.recipes.question import deployment_question
from headway.recipes.ranking import rank
from headway.scaling import LAWS, DeploymentPlan


def plan(environment: Environment, catalog: Catalog) -> tuple[DeploymentPlan, ...]:
    """One plan a deployment, by name. Raises `EnvironmentFaults` with every deployment that cannot be served as stated."""
    plans: list[DeploymentPlan] = []
    faults: list[Fault] = []
    spec = environment.spec
    catalog = catalog.with_backends(spec.backends)
    for name in sorted(spec.models):
        model = spec.models[name]
        try:
            recipe = choose(name, spec, catalog)
        except NothingFits as nothing:
            remedy = _remedy(nothing, _pools_that_serve(model, spec, catalog))
            faults.append(_fault(environment, f"models.{name}", str(nothing), remedy))
            continue
        law = LAWS[model.scaling.law]
        plans.append(DeploymentPlan(name, model, recipe, law, model.scaling.target or law.target(recipe.sequences)))
    faults.extend(_over_budget(environment, plans))
    faults.extend(_over_gpu_limit(environment, spec, plans))
    faults.extend(_over_quota(environment, spec, plans))
    faults.extend(_without_compile_cache(environment, plans))
    faults.extend(_gone_before_awake(environment, spec, plans))
    if faults:
        raise EnvironmentFaults(faults)
    return tuple(plans)


def _over_budget(environment: Environment, plans: list[DeploymentPlan]) -> Iterator[Fault]:
    for planned in plans:
        limits, most = planned.model.limits, planned.model.limits.replicas.max
        cost = planned.usd_per_hour(most, on_demand=True)
        if cost is not None and cost > limits.budget_usd_per_hour:
            yield _fault(
                environment,
                f"models.{planned.name}.limits.budget_usd_per_hour",
                f"{most} replicas on {planned.recipe.chosen.machine.name} cost up to {cost:.2f} USD/h on demand,"
                f" the budget is {limits.budget_usd_per_hour:.2f}",
                "lower limits.replicas.max or raise the budget",
            )


def _over_gpu_limit(environment: Environment, spec: EnvironmentSpec, plans: list[DeploymentPlan]) -> Iterator[Fault]:
    for name, pool in spec.pools.items():
        users = [planned for planned in plans if planned.recipe.chosen.pool == name]
        wanted = sum(_most_gpus(planned) for planned in users)
        if wanted > pool.max_gpus:
            who = ", ".join(planned.name for planned in users)
            yield _fault(
                environment,
                f"pools.{name}.max_gpus",
                f"{who} may ask for {wanted} GPUs at their maximum and in a rollout, the pool is limited to {pool.max_gpus}",
                f"raise max_gpus to {wanted} or lower limits.replicas.max",
            )


def _over_quota(environment: Environment, spec: EnvironmentSpec, plans: list[DeploymentPlan]) -> Iterator[Fault]:
    """All deployments at their maximum, against what the account may start on spot and on demand together."""
    quotas = spec.cluster.quotas
    for kind, spot, on_demand in (("g", quotas.g_spot, quotas.g_on_demand), ("p", quotas.p_spot, quotas.p_on_demand)):
        users = [
            p for p in plans if p.recipe.chosen.machine.provisioned and p.recipe.chosen.machine.quota_class == kind
        ]
        wanted = sum(p.model.limits.replicas.max * p.recipe.chosen.nodes * p.recipe.chosen.machine.vcpus for p in users)
        if len(users) > 1 and spot is not None and on_demand is not None and wanted > spot + on_demand:
            yield _fault(
                environment,
                f"cluster.quotas.{kind}_on_demand",
                f"{', '.join(p.name for p in users)} may ask for {wanted} vCPUs at their maximum, the account may start"
                f" {spot} on spot and {on_demand} on demand",
                "ask AWS for a larger quota or lower limits.replicas.max",
            )


def _gone_before_awake(environment: Environment, spec: EnvironmentSpec, plans: list[DeploymentPlan]) -> Iterator[Fault]:
    """Requests for a deployment that sleeps are held until it has started; a shorter hold refuses each of them."""
    asleep = [planned for planned in plans if planned.may_sleep]
    slowest = max(asleep, key=lambda planned: planned.recipe.cold_start.expected_seconds, default=None)
    if slowest and spec.gateway.hold_seconds < (needed := slowest.recipe.cold_start.expected_seconds):
        yield _fault(
            environment,
            "gateway.hold_seconds",
            f"is {spec.gateway.hold_seconds:g} s and {slowest.name}, which may sleep, is expected to start in {needed:.0f} s",
            f"at least {math.ceil(needed)}, or limits.replicas.min 1 for {slowest.name}",
        )


def _most_gpus(planned: DeploymentPlan) -> int:
    recipe = planned.recipe
    return (planned.model.limits.replicas.max + recipe.surge_replicas) * recipe.gpus_per_replica


def _without_compile_cache(environment: Environment, plans: list[DeploymentPlan]) -> Iterator[Fault]:
    for planned in plans:
        chosen = planned.recipe.chosen
        if planned.model.compile_cache and (chosen.nodes > 1 or planned.recipe.arguments.engine.compile_cache is None):
            what = (
                f"{chosen.engine} keeps none"
                if chosen.nodes == 1
                else f"a replica spans {chosen.nodes} machines and one Job cannot fill it"
            )
            yield _fault(environment, f"models.{planned.name}.compile_cache", f"is on, but {what}", "leave it out")


def _fault(environment: Environment, path: str, problem: str, remedy: str) -> Fault:
    origin = environment.origin(path)
    return Fault(origin.file, origin.line, path, problem, remedy)


def _pools_that_serve(model: ModelDeployment, spec: EnvironmentSpec, catalog: Catalog) -> list[str]:
    """Other pools of the environment that could serve it as it is."""
    others = {name: model.model_copy(update={"pools": (name,)}) for name in spec.pools if name not in model.pools}
    ranked = {name: rank(deployment_question(moved, spec, catalog), catalog) for name, moved in others.items()}
    return [name for name, candidates in ranked.items() if candidates and candidates[0].rejected_by is None]


def _remedy(nothing: NothingFits, pools: list[str]) -> str:
    units = {c.rejected_by.unit for c in nothing.candidates if c.rejected_by}
    add = f"add pool {' or '.join(pools[:2])}" if pools else "add a pool with more GPU memory"
    if units & {"s", "requests/s"}:
        return f"raise limits.replicas.max, loosen the objective, or {add}"
    if "vCPU" in units:
        return "ask AWS for a larger quota, or lower limits.replicas.max"
    if "sequences" in units:
        return f"lower concurrency, or {add}"
    if "GiB" in units:
        return f"{add}, or a smaller checkpoint (awq, fp8)"
    if "GPUs" in units:
        counts = sorted({c.nodes * c.machine.gpu_count for c in nothing.candidates})
        return f"pin one of {', '.join(map(str, counts))} GPUs, or drop the pin"
    return add if pools else "add a pool that this checkpoint can run on, or a checkpoint that these GPUs can run"
