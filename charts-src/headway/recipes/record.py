"""A recipe as people read it: what was asked, what was chosen, what is tried next, and the number that rejected the rest.

The record is rendered beside the manifests it explains, so that a change of choice shows in the pull request, and two
records can be compared (`headway recipe --diff`).
"""

from typing import Any

from headway.recipes.candidate import Candidate
from headway.recipes.fallback import Fallback
from headway.recipes.latency import Estimate
from headway.recipes.machine import Quote
from headway.recipes.price import ReplicaPrice, counted_usd
from headway.recipes.question import Question
from headway.recipes.recipe import Recipe


def record(recipe: Recipe) -> dict[str, Any]:
    """Plain values, rounded as far as anybody decides on them."""
    chosen, memory, host = recipe.chosen, recipe.memory, recipe.host
    return {
        "model": recipe.card.id,
        "asked": asked(recipe.question),
        "chosen": {
            "machine": chosen.place,
            "pool": chosen.pool,
            "weights": chosen.precision,
            "kv_cache": chosen.kv_precision,
            "engine": f"{chosen.engine} {recipe.image.engine_version}",
            "tensor_parallel": chosen.tensor_parallel,
            "pipeline_parallel": chosen.pipeline_parallel,
            "replicas_at_load": chosen.replicas,
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
            "preempted_at_full_length": max(0, recipe.question.concurrency - memory.full_length_sequences),
        },
        "host": {
            "cpu_millicores": host.cpu_millicores,
            "memory_mib": host.memory_mib,
            "shared_memory_mib": host.shared_memory_mib,
            "stream_buffer_mib": host.stream_buffer_mib,
            **({"disk_gib": round(chosen.disk.needed_gib)} if chosen.disk else {}),
        },
        "p95_seconds": _latency(chosen),
        "usd_per_hour": _prices(chosen.price),
        "usd_per_million_output_tokens": _rounded(chosen.usd_per_million_tokens),
        "cold_start_seconds": {
            "expected": round(recipe.cold_start.expected_seconds),
            "worst": round(recipe.cold_start.worst_seconds),
        },
        "fallbacks": [fallback(step) for step in recipe.fallbacks],
        "others": {other.name: why_not(other, chosen) for other in recipe.candidates[1:]},
    }


def fallback(step: Fallback) -> dict[str, Any]:
    """One step of the chain; `change` is empty where Karpenter goes on by itself."""
    bought = f", {step.capacity_type}" if step.capacity_type else ""
    return {
        "step": f"{step.kind}: {step.candidate.name}{bought}",
        "when": step.applies,
        "quality": step.quality,
        "speed": speed(step),
        "usd_per_hour": _rounded(step.usd_per_hour),
        "taken": "by Karpenter" if step.followed else f"by {step.change}",
    }


def speed(step: Fallback) -> str:
    """`TTFT × 0.8, TPOT × 1.3`."""
    if step.ttft_factor is None or step.tpot_factor is None:
        return "not known"
    if step.candidate.latency and step.ttft_factor == step.tpot_factor == 1.0:
        return "the same"
    return f"TTFT × {step.ttft_factor:.2g}, TPOT × {step.tpot_factor:.2g}"


def why_not(candidate: Candidate, chosen: Candidate) -> str:
    """The reason that a candidate was not chosen, with its number."""
    if candidate.rejected_by:
        return candidate.rejected_by.reason
    price, best = candidate.fleet_usd_per_hour, chosen.fleet_usd_per_hour
    if price is None or best is None:
        return "its price is not known"
    if counted_usd(price) > counted_usd(best):
        return f"{_fleet(candidate)} {price:.4g} USD/h, the chosen {_fleet(chosen, 'one')} {best:.4g}"
    return "costs the same and ranks behind"


def _fleet(candidate: Candidate, one: str = "") -> str:
    """Who costs: one replica, or as many as the load needs."""
    return f"{candidate.replicas} replicas cost" if candidate.replicas > 1 else f"{one} costs".strip()


def asked(question: Question) -> dict[str, Any]:
    """What a question asks, by the words of the record."""
    load, objective = question.workload, question.objective
    promise = objective and (
        f"p{objective.percentile} TTFT {objective.ttft_seconds:g} s, TPOT {objective.tpot_seconds:g} s,"
        f" margin {objective.margin_percent} %"
    )
    return {
        "promise": promise or "any speed",
        "load": f"{load.requests_per_second:g} requests/s, {load.prompt_tokens} tokens in, {load.output_tokens} out",
        "context_tokens": question.context_tokens,
        "concurrency": question.concurrency,
        "replicas": f"{question.replicas_min} to {question.replicas}",
        "weights": ", ".join(question.precisions),
        "engines": ", ".join(question.engines),
        "pools": ", ".join(dict.fromkeys(place.pool for place in question.places)),
    }


def _latency(chosen: Candidate) -> dict[str, str] | None:
    """Predicted times at the stated load with their intervals; `None` where no speed is known."""
    if chosen.latency is None:
        return None
    times = {"ttft": chosen.latency.ttft_p95, "tpot": chosen.latency.tpot_p95}
    return {name: f"{time.value:.3g} ({_interval(time)})" for name, time in times.items() if time}


def _interval(time: Estimate) -> str:
    return f"{time.low:.3g} to {time.high:.3g}" if time.high is not None else f"{time.low:.3g} or more"


def _prices(price: ReplicaPrice | None) -> dict[str, Any] | None:
    """Of one replica; `None` where no price is known."""
    if price is None:
        return None
    known = {"spot": price.spot, "on_demand": price.on_demand}
    quoted = {kind: _rounded(usd) for kind, usd in known.items() if usd is not None}
    return {**quoted, "expected": _rounded(price.expected), "prices_of": ", ".join(map(_quoted, price.quotes))}


def _quoted(quote: Quote) -> str:
    return f"{quote.region} {quote.as_of}".strip()


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
