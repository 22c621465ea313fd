"""A ranking as `headway recipe` prints it: tables for people, one object for programs."""

from typing import Any

from rich.console import Group
from rich.table import Table

from headway.cli.output import table
from headway.recipes import Candidate, Fallback
from headway.recipes.latency import Estimate
from headway.recipes.question import Question
from headway.recipes.record import asked, speed

COLUMNS = (
    "", "machine", "GPUs", "weights", "engine", "KV GiB", "full sequences", "replicas", "p95 TTFT s", "p95 TPOT s", "USD/h",
    "USD/Mtok",
)  # fmt: skip
NUMBERS = ("KV GiB", "full sequences", "replicas", "p95 TTFT s", "p95 TPOT s", "USD/h", "USD/Mtok")


def as_text(
    title: str,
    question: Question,
    ranked: tuple[Candidate, ...],
    chain: tuple[Fallback, ...],
    near: tuple[Candidate, ...],
) -> Group:
    """What was asked, every candidate, then the plan of the chosen one and its chain, or the nearest ones."""
    chosen = ranked[0] if ranked and ranked[0].runs else None
    running = [_cells(candidate, candidate is chosen) for candidate in ranked if candidate.runs]
    parts: list[Table | str] = [_asked(question), "", _rejected(ranked)]
    if chosen:
        parts += ["", table(title, COLUMNS, running, NUMBERS), "", _plan(chosen, question), "", _chain(chain)]
    else:
        parts += ["", _nearest(near)]
    return Group(*parts)


def _rejected(ranked: tuple[Candidate, ...]) -> Table:
    """Every loser under the number that rejected it; machines and formats that it holds for alike share a row."""
    held: dict[tuple[str, str], list[str]] = {}
    for candidate in ranked:
        if candidate.rejected_by:
            count = f"{candidate.nodes} × " if candidate.nodes > 1 else ""
            ways = held.setdefault((f"{candidate.engine} {_formats(candidate)}", candidate.rejected_by.reason), [])
            ways.append(count + candidate.machine.name)
    alike: dict[tuple[str, str], list[str]] = {}
    for (how, reason), names in held.items():
        alike.setdefault((reason, ", ".join(dict.fromkeys(names))), []).append(how)
    rows = [(reason, ", ".join(ways), machines) for (reason, machines), ways in alike.items()]
    return table("rejected", ("why", "engine, weights", "machines"), rows or [("nothing", "", "")])


def _formats(candidate: Candidate) -> str:
    kv = f", KV {candidate.kv_precision}" if candidate.kv_precision != "16bit" else ""
    return candidate.precision + kv


def as_json(ranked: tuple[Candidate, ...], chain: tuple[Fallback, ...], near: tuple[Candidate, ...]) -> dict[str, Any]:
    """The shape that other tools read."""
    rows = [candidate_json(candidate) for candidate in ranked]
    return {
        "chosen": rows[0] if ranked and ranked[0].runs else None,
        "fallbacks": [_fallback_json(step) for step in chain],
        "nearest": [{**candidate_json(c), "change": c.rejected_by.change if c.rejected_by else ""} for c in near],
        "candidates": rows,
    }


def candidate_json(candidate: Candidate) -> dict[str, Any]:
    """One candidate."""
    memory, price, rejection, latency = candidate.memory, candidate.price, candidate.rejected_by, candidate.latency
    quotes = {"spot": candidate.machine.spot, "on_demand": candidate.machine.on_demand}
    return {
        "instance_type": candidate.machine.name,
        "gpu": candidate.machine.accelerator,
        "gpu_count": candidate.gpus,
        "nodes": candidate.nodes,
        "tensor_parallel": candidate.tensor_parallel,
        "pipeline_parallel": candidate.pipeline_parallel,
        "precision": candidate.precision,
        "kv_precision": candidate.kv_precision,
        "engine": candidate.engine,
        "fits": rejection is None,
        "replicas": candidate.replicas,
        "memory_gib": memory
        and {
            "weights": round(memory.weights_gib, 2),
            "kv_cache": round(memory.kv_cache_gib, 2),
            "overhead": round(memory.overhead_gib, 2),
            "available": round(memory.budget_gib, 2),
        },
        "host": {
            "memory_mib": candidate.host.memory_mib,
            "cpu_millicores": candidate.host.cpu_millicores,
            "disk_gib": round(candidate.disk.needed_gib, 1) if candidate.disk else None,
        },
        "full_length_sequences": memory.full_length_sequences if memory else None,
        "ttft_seconds": _value(latency.ttft_p95) if latency else None,
        "tpot_seconds": _value(latency.tpot_p95) if latency else None,
        "predicted": _intervals(candidate),
        "usd_per_hour": {
            **{kind: quote.usd_per_hour * candidate.nodes if quote else None for kind, quote in quotes.items()},
            "expected": round(price.expected, 4) if price else None,
            "fleet": round(candidate.fleet_usd_per_hour, 4) if candidate.fleet_usd_per_hour is not None else None,
            "as_of": {kind: quote.as_of if quote else None for kind, quote in quotes.items()},
        },
        "usd_per_million_tokens": _digits(candidate.usd_per_million_tokens),
        "rejected_by": rejection
        and {
            "reason": rejection.reason,
            "needs": rejection.needs,
            "has": rejection.has,
            "unit": rejection.unit,
        },
    }


def _fallback_json(step: Fallback) -> dict[str, Any]:
    return {
        "kind": step.kind,
        **{key: value for key, value in candidate_json(step.candidate).items() if key != "rejected_by"},
        "capacity_type": step.capacity_type,
        "applies": step.applies,
        "quality": step.quality,
        "ttft_factor": _digits(step.ttft_factor),
        "tpot_factor": _digits(step.tpot_factor),
        "fleet_usd_per_hour": _digits(step.usd_per_hour),
        "followed_by_karpenter": step.followed,
        "change": step.change,
    }


def _intervals(candidate: Candidate) -> dict[str, Any] | None:
    """The four times with their bounds, in seconds; `high` is null where it has none."""
    latency = candidate.latency
    if latency is None:
        return None
    names = ("ttft_p50", "ttft_p95", "tpot_p50", "tpot_p95")
    return {name: _interval(getattr(latency, name)) for name in names}


def _interval(time: Estimate | None) -> dict[str, float | None] | None:
    return (
        None if time is None else {"value": _digits(time.value), "low": _digits(time.low), "high": _digits(time.high)}
    )


def _cells(candidate: Candidate, chosen: bool) -> tuple[str, ...]:
    memory, machine, latency = candidate.memory, candidate.machine, candidate.latency
    count = f"{candidate.nodes} × " if candidate.nodes > 1 else ""
    fleet = candidate.fleet_usd_per_hour
    return (
        "chosen" if chosen else "",
        count + machine.name,
        f"{candidate.gpus} × {machine.accelerator}",
        _formats(candidate),
        candidate.engine,
        f"{memory.kv_cache_gib:.1f}" if memory else "?",
        str(memory.full_length_sequences) if memory else "?",
        str(candidate.replicas) if latency else "",
        _seconds(latency.ttft_p95 if latency else None, 2),
        _seconds(latency.tpot_p95 if latency else None, 4),
        f"{fleet:.4f}" if fleet is not None else "?",
        f"{candidate.usd_per_million_tokens:.2f}" if candidate.usd_per_million_tokens is not None else "",
    )


def _asked(question: Question) -> Table:
    """The record's words for it; pools stand in the ranking."""
    rows = [(key.replace("_", " "), str(value)) for key, value in asked(question).items() if key != "pools"]
    return table(f"{question.card.id}: what is asked", ("", " "), rows)


def _plan(chosen: Candidate, question: Question) -> Table:
    memory, host, price, disk = chosen.memory, chosen.host, chosen.price, chosen.disk
    rows: list[tuple[str, str]] = [
        ("layout", f"tensor parallel {chosen.tensor_parallel}, pipeline parallel {chosen.pipeline_parallel}"),
    ]
    if memory:
        cut = max(0, question.concurrency - memory.full_length_sequences)
        rows += [
            (
                "GPU memory, GiB each",
                f"{memory.usable_gib:.2f} usable, {memory.budget_gib:.2f} planned: weights {memory.weights_gib:.2f},"
                f" overhead {memory.overhead_gib:.2f}, KV cache {memory.kv_cache_gib:.2f}",
            ),
            (
                "sequences",
                f"{memory.full_length_sequences} of full length, {memory.typical_sequences} of typical length;"
                f" {cut} of {question.concurrency} would be preempted if all were of full length",
            ),
        ]
    rows.append(
        (
            "host",
            f"{host.memory_mib} MiB with {host.stream_buffer_mib} MiB of streamer buffer a GPU and {host.shared_memory_mib}"
            f" MiB of /dev/shm; {host.cpu_millicores}m CPU" + (f"; {disk.needed_gib:.0f} GiB of disk" if disk else ""),
        )
    )
    if chosen.latency:
        rows += [(name, _said(time)) for name, time in _times(chosen)]
    if price:
        dates = ", ".join(f"{quote.region} {quote.as_of}".strip() for quote in price.quotes)
        rows.append(
            (
                "USD/h a replica",
                f"spot {_usd(price.spot)}, on demand {_usd(price.on_demand)}, expected {_usd(price.expected)}"
                f" with {price.interruptions_per_hour * 730:.2f} interruptions a month (prices: {dates})",
            )
        )
    return table(f"chosen: {chosen.name}", ("", " "), rows)


def _times(chosen: Candidate) -> list[tuple[str, Estimate]]:
    latency = chosen.latency
    named = (
        ("TTFT s, p50", latency and latency.ttft_p50), ("TTFT s, p95", latency and latency.ttft_p95),
        ("TPOT s, p50", latency and latency.tpot_p50), ("TPOT s, p95", latency and latency.tpot_p95),
    )  # fmt: skip
    return [(name, time) for name, time in named if time]


def _chain(chain: tuple[Fallback, ...]) -> Table:
    rows = [
        (
            str(place),
            step.kind,
            step.candidate.name + (f", {step.capacity_type}" if step.capacity_type else ""),
            step.applies,
            step.quality,
            speed(step),
            _usd(step.usd_per_hour),
            "Karpenter" if step.followed else step.change,
        )
        for place, step in enumerate(chain, start=1)
    ]
    columns = ("", "step", "to", "when", "quality", "speed", "USD/h", "taken by")
    return table("fallbacks, in order", columns, rows or [("", "none", "", "", "", "", "", "")], ("USD/h",))


def _nearest(near: tuple[Candidate, ...]) -> Table:
    rows = [
        (c.name, c.rejected_by.reason, c.rejected_by.change or "nothing that is asked here")
        for c in near
        if c.rejected_by
    ]
    return table("nothing fits; the nearest", ("candidate", "why not", "what would have to change"), rows)


def _said(time: Estimate) -> str:
    top = f"to {time.high:.3g}" if time.high is not None else "or more"
    return f"{time.value:.3g} ({time.low:.3g} {top})"


def _seconds(estimate: Estimate | None, digits: int) -> str:
    return f"{estimate.value:.{digits}f}" if estimate else "?"


def _value(estimate: Estimate | None) -> float | None:
    return round(estimate.value, 4) if estimate else None


def _digits(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


def _usd(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.4f}"
