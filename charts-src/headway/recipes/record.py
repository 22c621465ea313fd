"""A recipe as people read it: what was chosen, what it was chosen from, and the number that rejected the rest.

The record is rendered beside the manifests it explains, so that a change of choice shows in the pull request.
"""

from typing import Any

from headway.recipes.latency import Estimate
from headway.recipes.machine import Machine, Quote
from headway.recipes.recipe import Candidate, Recipe


def record(recipe: Recipe) -> dict[str, Any]:
    """Plain values, rounded as far as anybody decides on them."""
    chosen, memory, host = recipe.chosen, recipe.memory, recipe.host
    return {
        "model": recipe.card.id,
        "chosen": {
            "machine": place(chosen),
            "pool": chosen.pool,
            "weights": chosen.precision,
            "engine": f"{chosen.engine} {recipe.image.engine_version}",
            "tensor_parallel": chosen.tensor_parallel,
            "pipeline_parallel": chosen.nodes,
        },
        "gpu_memory_gib": {
            "usable": round(memory.usable_gib, 2),
            "weights": round(memory.weights_gib, 2),
            "overhead": round(memory.overhead_gib, 2),
            "kv_cache": round(memory.kv_cache_gib, 2),
        },
        "sequences": {
            "of_full_length": memory.full_length_sequences,
            "of_typical_length": memory.typical_sequences,
            "asked": recipe.arguments.concurrency,
        },
        "host": {"cpu_millicores": host.cpu_millicores, "memory_mib": host.memory_mib},
        "p95_seconds": _latency(chosen),
        "usd_per_hour": _prices(chosen.machine, chosen.nodes),
        "cold_start_seconds": {
            "expected": round(recipe.cold_start.expected_seconds),
            "worst": round(recipe.cold_start.worst_seconds),
        },
        "others": [_other(other, chosen) for other in recipe.candidates[1:]],
    }


def _other(other: Candidate, chosen: Candidate) -> str:
    """One that was not chosen, with its engine where that is another one."""
    engine = f", {other.engine}" if other.engine != chosen.engine else ""
    return f"{place(other)}, {other.precision}{engine}: {why_not(other, chosen)}"


def _latency(chosen: Candidate) -> dict[str, str] | None:
    """Predicted times at the stated load with their intervals; `None` where no speed is known."""
    if chosen.latency is None:
        return None
    times = {"ttft": chosen.latency.ttft_p95, "tpot": chosen.latency.tpot_p95}
    return {name: f"{time.value:.3g} ({_interval(time)})" for name, time in times.items() if time}


def _interval(time: Estimate) -> str:
    return f"{time.low:.3g} to {time.high:.3g}" if time.high is not None else f"{time.low:.3g} or more"


def place(candidate: Candidate) -> str:
    """`2 × p5.48xlarge (8 × h100)`."""
    count = f"{candidate.nodes} × " if candidate.nodes > 1 else ""
    return f"{count}{candidate.machine.name} ({candidate.machine.gpu_count} × {candidate.machine.accelerator})"


def why_not(candidate: Candidate, chosen: Candidate) -> str:
    """The reason that a candidate was not chosen, with its number."""
    if candidate.rejected_by:
        return candidate.rejected_by.reason
    if candidate.usd_per_hour is None or chosen.usd_per_hour is None:
        return "its price is not known"
    if candidate.usd_per_hour > chosen.usd_per_hour:
        return f"costs {candidate.usd_per_hour:.4g} USD/h, the chosen one {chosen.usd_per_hour:.4g}"
    return "costs the same and ranks behind"


def _prices(machine: Machine, nodes: int) -> dict[str, str]:
    quotes = {"spot": machine.spot, "on_demand": machine.on_demand}
    return {kind: _quoted(quote, nodes) for kind, quote in quotes.items() if quote}


def _quoted(quote: Quote, nodes: int) -> str:
    return f"{quote.usd_per_hour * nodes:.4g} ({quote.region}{', ' if quote.as_of else ''}{quote.as_of})"
