"""`headway plan`: hardware, replicas, cold start by phase and dollars of an environment, before anything runs."""

import io
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from rich.console import Console, Group
from rich.table import Table

from headway.catalog import load_catalog
from headway.cli.failures import fail, reports_faults
from headway.cli.output import console, format_option, print_json, table
from headway.environments import load_environment
from headway.environments import plan as plan_environment
from headway.scaling import DeploymentPlan, desired_replicas

PICTURE_WIDTH = 150
PICTURE = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg"><style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, monospace;
font-size: {char_height}px; line-height: {line_height}px }}
{styles}</style><defs><clipPath id="{unique_id}-clip-terminal">
<rect width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}</defs><rect width="{width}" height="{height}" rx="8" fill="#1b1f27"/>
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g></g></svg>
"""
"""rich's picture of a terminal, without its window frame and its fonts from the network."""


@click.command()
@click.argument("env")
@click.option(
    "--picture",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the tables as an SVG picture.",
)
@format_option
@reports_faults
def plan(env: str, picture: Path | None, style: str) -> None:
    """Show what ENV will run on, how it starts, and what it costs."""
    catalog = load_catalog()
    environment = load_environment(env, catalog)
    plans = plan_environment(environment, catalog)
    name = environment.spec.name
    if style == "json":
        print_json({"environment": name, "deployments": [_json(planned) for planned in plans]})
    else:
        console().print(_tables(name, plans))
    if picture:
        _draw(picture, _tables(name, plans))


def _tables(name: str, plans: tuple[DeploymentPlan, ...]) -> Group:
    if not plans:
        return Group(f"{name} states no model deployment")
    return Group(_hardware(name, plans), "", _money(plans), "", _cold_starts(plans), "", _provenance(plans))


def _hardware(name: str, plans: tuple[DeploymentPlan, ...]) -> Table:
    columns = (
        "deployment",
        "machine",
        "weights",
        "tokens",
        "sequences: fit / typical / asked",
        "scaling law",
        "target",
    )
    rows = []
    for planned in plans:
        chosen, memory = planned.recipe.chosen, planned.recipe.memory
        count = f"{chosen.nodes} × " if chosen.nodes > 1 else ""
        gpus = f"{chosen.machine.gpu_count} × {chosen.machine.accelerator}"
        fit = f"{memory.full_length_sequences} / {memory.typical_sequences} / {planned.model.concurrency}"
        rows.append(
            (
                planned.name,
                f"{count}{chosen.machine.name} ({gpus})",
                f"{chosen.precision}, {memory.weights_gib:.1f} GiB a GPU",
                str(planned.model.context_tokens),
                fit,
                planned.law.expression(planned.may_sleep).render(),
                str(planned.target),
            )
        )
    return table(f"{name}: hardware", columns, rows, ("tokens", "target"))


def _money(plans: tuple[DeploymentPlan, ...]) -> Table:
    columns = (
        "deployment",
        "replicas: floor / now / ceiling",
        "USD/h: floor",
        "now",
        "ceiling",
        "ceiling on demand",
        "prices of",
    )
    rows = []
    for planned in plans:
        least, now, most = _replicas(planned)
        machine = planned.recipe.chosen.machine
        quotes = [f"{quote.region} {quote.as_of}" for quote in (machine.spot, machine.on_demand) if quote]
        prices = [_usd(planned.usd_per_hour(count)) for count in (least, now, most)]
        ceiling = _usd(planned.usd_per_hour(most, on_demand=True))
        rows.append((planned.name, f"{least} / {now} / {most}", *prices, ceiling, ", ".join(dict.fromkeys(quotes))))
    totals = [_total(planned.usd_per_hour(_replicas(planned)[index]) for planned in plans) for index in range(3)]
    most_total = _total(planned.usd_per_hour(_replicas(planned)[2], on_demand=True) for planned in plans)
    rows.append(("together", "", *(_usd(total) for total in totals), _usd(most_total), ""))
    numbers = ("USD/h: floor", "now", "ceiling", "ceiling on demand")
    return table(
        "replicas and money (now: at the stated workload, when latency is at its objective)",
        columns,
        rows,
        numbers,
    )


def _cold_starts(plans: tuple[DeploymentPlan, ...]) -> Table:
    names = [phase.name for phase in max((p.recipe.cold_start.phases for p in plans), key=len, default=())]
    columns = ("deployment", *names, "expected", "worst", "startup budget", "grace", "cooldown")
    rows = []
    for planned in plans:
        cold, life = planned.recipe.cold_start, planned.recipe.lifecycle
        phases = {phase.name: f"{phase.expected_seconds:.0f}" for phase in cold.phases}
        budgets = (life.startup_budget_seconds, life.grace_seconds, life.cooldown_seconds)
        rows.append(
            (
                planned.name,
                *(phases.get(name, "-") for name in names),
                f"{cold.expected_seconds:.0f}",
                f"{cold.worst_seconds:.0f}",
                *(str(seconds) for seconds in budgets),
            )
        )
    return table("cold start by phase, expected seconds, and the budgets made from it", columns, rows, columns[1:])


def _provenance(plans: tuple[DeploymentPlan, ...]) -> Table:
    """Every figure's origin once, with the deployments it holds for."""
    owners: dict[tuple[str, str], list[str]] = {}
    for planned in plans:
        for phase in planned.recipe.cold_start.phases:
            owners.setdefault((phase.name, phase.provenance), []).append(planned.name)
    order: list[str] = [phase.name for planned in plans for phase in planned.recipe.cold_start.phases]
    rows = [
        (name, provenance, "all" if len(names) == len(plans) else ", ".join(names))
        for (name, provenance), names in sorted(owners.items(), key=lambda entry: order.index(entry[0][0]))
    ]
    return table("where the phases come from", ("phase", "provenance", "deployments"), rows)


def _replicas(planned: DeploymentPlan) -> tuple[int, int, int]:
    """Floor, at the stated workload, ceiling. Little's law: requests in flight are rate times answer time."""
    replicas, work, objective = planned.model.limits.replicas, planned.model.workload, planned.model.objective
    answer_seconds = objective.ttft_seconds + work.output_tokens * objective.tpot_seconds
    value = math.ceil(work.requests_per_second * answer_seconds) * planned.law.per_sequence
    return replicas.min, desired_replicas(value, planned.target, replicas.min, replicas.max), replicas.max


def _total(costs: Iterable[float | None]) -> float | None:
    """The sum, or `None` when one of them is not known: a sum that leaves one out looks like a price."""
    known = list(costs)
    return None if None in known else sum(cost for cost in known if cost is not None)


def _usd(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2f}"


def _json(planned: DeploymentPlan) -> dict[str, Any]:
    chosen, memory, life = planned.recipe.chosen, planned.recipe.memory, planned.recipe.lifecycle
    least, now, most = _replicas(planned)
    return {
        "name": planned.name,
        "card": planned.recipe.card.id,
        "instance_type": chosen.machine.name,
        "gpu": chosen.machine.accelerator,
        "gpu_count": planned.recipe.gpus_per_replica,
        "nodes": chosen.nodes,
        "pool": chosen.pool,
        "engine": chosen.engine,
        "precision": chosen.precision,
        "memory_gib": {
            "weights": round(memory.weights_gib, 2),
            "kv_cache": round(memory.kv_cache_gib, 2),
            "overhead": round(memory.overhead_gib, 2),
            "available": round(memory.budget_gib, 2),
        },
        "full_length_sequences": memory.full_length_sequences,
        "scaling": {"formula": planned.law.expression(planned.may_sleep).render(), "target": planned.target},
        "replicas": {"floor": least, "now": now, "ceiling": most},
        "usd_per_hour": {
            "floor": planned.usd_per_hour(least),
            "now": planned.usd_per_hour(now),
            "ceiling": planned.usd_per_hour(most),
            "ceiling_on_demand": planned.usd_per_hour(most, on_demand=True),
        },
        "cold_start_seconds": {
            "expected": round(planned.recipe.cold_start.expected_seconds, 1),
            "worst": round(planned.recipe.cold_start.worst_seconds, 1),
            "phases": [
                {
                    "name": phase.name,
                    "expected": round(phase.expected_seconds, 1),
                    "worst": round(phase.worst_seconds, 1),
                    "provenance": phase.provenance,
                }
                for phase in planned.recipe.cold_start.phases
            ],
        },
        "budgets_seconds": {
            "startup": life.startup_budget_seconds,
            "progress_deadline": life.progress_deadline_seconds,
            "pre_stop": life.pre_stop_seconds,
            "shutdown": life.shutdown_seconds,
            "grace": life.grace_seconds,
            "stabilization": life.stabilization_seconds,
            "cooldown": life.cooldown_seconds,
        },
        "streams_cut_on_spot": life.streams_cut_on_spot,
    }


def _draw(path: Path, tables: Group) -> None:
    recorder = Console(
        record=True, width=PICTURE_WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    recorder.print(tables)
    try:
        path.write_text(recorder.export_svg(title="", code_format=PICTURE, unique_id="headway"), encoding="utf-8")
    except OSError as error:
        fail([f"cannot write {path}: {error.strerror}"], "give another place with --picture")
