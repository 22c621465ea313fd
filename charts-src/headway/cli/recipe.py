"""`headway recipe`: the chosen way to serve a deployment, and the number that rejected every other."""

from typing import Any

import click

from headway.catalog import load_catalog
from headway.cli.failures import fail, reports_faults
from headway.cli.output import console, format_option, print_json, table
from headway.environments import did_you_mean, load_environment
from headway.recipes import Candidate, NothingFits, choose


@click.command()
@click.argument("model")
@click.option("--env", default="prod", show_default=True, metavar="ENV", help="Environment, or a YAML file.")
@format_option
@reports_faults
def recipe(model: str, env: str, style: str) -> None:
    """Rank every way to serve the deployment MODEL of an environment."""
    catalog = load_catalog()
    spec = load_environment(env, catalog).spec
    if model not in spec.models:
        fail(
            [f"{spec.name} has no model deployment {model!r}; {did_you_mean(model, list(spec.models))}"],
            f"headway plan {env}",
        )
    try:
        candidates = choose(model, spec, catalog).candidates
    except NothingFits as nothing:
        candidates = nothing.candidates
    chosen = candidates[0] if candidates[0].rejected_by is None else None
    if style == "json":
        rows = [_json(candidate) for candidate in candidates]
        print_json({"chosen": rows[0] if chosen else None, "fallbacks": [], "candidates": rows})
    else:
        columns = ("", "machine", "GPUs", "precision", "KV GiB", "full sequences", "USD/h", "why not")
        cells = [_cells(candidate, candidate is chosen) for candidate in candidates]
        console().print(table(f"{model} in {spec.name}", columns, cells, ("GPUs", "KV GiB", "full sequences", "USD/h")))
    raise SystemExit(0 if chosen else 1)


def _cells(candidate: Candidate, chosen: bool) -> tuple[str, ...]:
    memory, machine = candidate.memory, candidate.machine
    count = f"{candidate.nodes} × " if candidate.nodes > 1 else ""
    return (
        "chosen" if chosen else "fits" if candidate.rejected_by is None else "",
        count + machine.name,
        f"{candidate.nodes * machine.gpu_count} × {machine.accelerator}",
        candidate.precision,
        f"{memory.kv_cache_gib:.1f}" if memory else "?",
        str(memory.full_length_sequences) if memory else "?",
        f"{candidate.usd_per_hour:.2f}" if candidate.usd_per_hour is not None else "?",
        candidate.rejected_by.reason if candidate.rejected_by else "" if chosen else "costs more",
    )


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
        "ttft_seconds": None,
        "tpot_seconds": None,
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
