"""`headway recipe`: the chosen way to serve a deployment, and the number that rejected every other."""

from dataclasses import replace
from typing import Any

import click

from headway.catalog import Catalog, load_catalog
from headway.cli.failures import fail, reports_faults
from headway.cli.output import console, format_option, print_json, table
from headway.domain.environment import EnvironmentSpec
from headway.domain.fault import did_you_mean
from headway.domain.objective import Objective
from headway.environments import load_environment
from headway.recipes import Candidate
from headway.recipes.latency import Estimate
from headway.recipes.question import Demand, Question, card_question, deployment_question
from headway.recipes.ranking import rank
from headway.recipes.record import why_not


@click.command()
@click.argument("model")
@click.option("--env", default="prod", show_default=True, metavar="ENV", help="Environment, or a YAML file.")
@click.option("--ttft", type=click.FloatRange(0, min_open=True), metavar="S", help="Objective: time to first token.")
@click.option("--tpot", type=click.FloatRange(0, min_open=True), metavar="S", help="Objective: time per output token.")
@click.option("--context", type=click.IntRange(1), metavar="N", help="Longest prompt plus output, in tokens.")
@click.option("--concurrency", type=click.IntRange(1, 1024), metavar="N", help="Sequences run together.")
@format_option
@reports_faults
def recipe(
    model: str,
    env: str,
    ttft: float | None,
    tpot: float | None,
    context: int | None,
    concurrency: int | None,
    style: str,
) -> None:
    """Rank every way to serve MODEL: a deployment over its pools, or a model card over the whole catalog."""
    catalog = load_catalog()
    spec = load_environment(env, catalog).spec
    catalog = catalog.with_backends(spec.backends)
    question = _question(model, spec, catalog)
    question = replace(
        question,
        context_tokens=context or question.context_tokens,
        concurrency=concurrency or question.concurrency,
        objective=_objective(question.objective, ttft, tpot),
    )
    candidates = rank(question, catalog)
    chosen = candidates[0] if candidates and candidates[0].rejected_by is None else None
    if style == "json":
        rows = [_json(candidate) for candidate in candidates]
        print_json({"chosen": rows[0] if chosen else None, "fallbacks": [], "candidates": rows})
    else:
        times = ("p95 TTFT s", "p95 TPOT s")
        columns = ("", "machine", "GPUs", "engine", "precision", "KV GiB", "full sequences", *times, "USD/h", "why not")
        cells = [_cells(candidate, chosen) for candidate in candidates]
        where = f"in {spec.name}" if model in spec.models else f"over the catalog, prices of {spec.cluster.region}"
        numbers = ("GPUs", "KV GiB", "full sequences", *times, "USD/h")
        console().print(table(f"{model} {where}", columns, cells, numbers))
    raise SystemExit(0 if chosen else 1)


def _question(model: str, spec: EnvironmentSpec, catalog: Catalog) -> Question:
    """What is asked: the deployment of that name, else the model card of that id or of that last part of an id."""
    if model in spec.models:
        return deployment_question(spec.models[model], spec, catalog)
    named = [card for card in catalog.models.values() if model.lower() in (card.id.lower(), _short(card.id).lower())]
    if not named:
        known = [*spec.models, *catalog.models, *map(_short, catalog.models)]
        problem = f"{spec.name} has no model deployment {model!r}, nor has the catalog a card of that name"
        fail([f"{problem}; {did_you_mean(model, known)}"], f"headway plan {spec.name} lists the deployments")
    return card_question(named[0], Demand(), catalog, spec.cluster.region)


def _objective(stated: Objective | None, ttft: float | None, tpot: float | None) -> Objective | None:
    """The stated objective with what the command line changes; where none is stated, the other time may be anything."""
    if ttft is None and tpot is None:
        return stated
    base = stated or Objective(ttft_seconds=600, tpot_seconds=10)
    return Objective(
        ttft_seconds=ttft or base.ttft_seconds, tpot_seconds=tpot or base.tpot_seconds, percentile=base.percentile
    )


def _value(estimate: Estimate | None) -> float | None:
    return round(estimate.value, 4) if estimate else None


def _seconds(estimate: Estimate | None, digits: int) -> str:
    return f"{estimate.value:.{digits}f}" if estimate else "?"


def _short(card_id: str) -> str:
    return card_id.rpartition("/")[2]


def _cells(candidate: Candidate, chosen: Candidate | None) -> tuple[str, ...]:
    memory, machine = candidate.memory, candidate.machine
    count = f"{candidate.nodes} × " if candidate.nodes > 1 else ""
    return (
        "chosen" if candidate is chosen else "fits" if candidate.rejected_by is None else "",
        count + machine.name,
        f"{candidate.nodes * machine.gpu_count} × {machine.accelerator}",
        candidate.engine,
        candidate.precision,
        f"{memory.kv_cache_gib:.1f}" if memory else "?",
        str(memory.full_length_sequences) if memory else "?",
        _seconds(candidate.latency.ttft_p95, 2) if candidate.latency else "?",
        _seconds(candidate.latency.tpot_p95, 4) if candidate.latency else "?",
        f"{candidate.usd_per_hour:.4f}" if candidate.usd_per_hour is not None else "?",
        candidate.rejected_by.reason if candidate.rejected_by else _behind(candidate, chosen),
    )


def _behind(candidate: Candidate, chosen: Candidate | None) -> str:
    """Why one that fits was not chosen; prices stand in their own column."""
    if chosen is None or candidate is chosen:
        return ""
    dearer = (candidate.usd_per_hour or 0) > (chosen.usd_per_hour or 0)
    return "costs more" if dearer else why_not(candidate, chosen)


def _json(candidate: Candidate) -> dict[str, Any]:
    memory, machine, rejection = candidate.memory, candidate.machine, candidate.rejected_by
    return {
        "instance_type": machine.name,
        "gpu": machine.accelerator,
        "gpu_count": candidate.nodes * machine.gpu_count,
        "nodes": candidate.nodes,
        "precision": candidate.precision,
        "engine": candidate.engine,
        "fits": rejection is None,
        "memory_gib": memory
        and {
            "weights": round(memory.weights_gib, 2),
            "kv_cache": round(memory.kv_cache_gib, 2),
            "overhead": round(memory.overhead_gib, 2),
            "available": round(memory.budget_gib, 2),
        },
        "full_length_sequences": memory.full_length_sequences if memory else None,
        "ttft_seconds": _value(candidate.latency.ttft_p95) if candidate.latency else None,
        "tpot_seconds": _value(candidate.latency.tpot_p95) if candidate.latency else None,
        "usd_per_hour": {
            "spot": machine.spot.usd_per_hour if machine.spot else None,
            "on_demand": machine.on_demand.usd_per_hour if machine.on_demand else None,
        },
        "rejected_by": rejection
        and {
            "reason": rejection.reason,
            "needs": rejection.needs,
            "has": rejection.has,
            "unit": rejection.unit,
        },
    }
