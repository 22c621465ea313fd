"""`headway law`: how a scaling law behaves in virtual time, and what the HPA would do with a recorded history."""

import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from headway.cli.failures import fail
from headway.cli.law_picture import draw
from headway.cli.output import console, format_option, print_json, table
from headway.domain.fault import did_you_mean
from headway.scaling import DOCUMENTED_LAWS, LAWS, ScalingLaw
from headway.scaling.behaviour import Run, Workload, compare
from headway.scaling.replay import HistoryFaults, read_histories, replay

REPLAY_HINT = "docs/reference/hpa-replay.md describes every field"
USUAL = Workload()
MOST_REQUESTS_PER_SECOND = 32
BLOCKS = "▁▂▃▄▅▆▇█"
COLUMNS = 40


@click.command()
@click.argument("name", required=False)
@click.option(
    "--replay",
    "histories",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Replay recorded HPA histories, one JSON object a line, instead of showing a law.",
)
@click.option(
    "--sequences",
    type=click.IntRange(1, 4096),
    default=USUAL.sequences,
    show_default=True,
    metavar="N",
    help="Requests that a replica runs together.",
)
@click.option(
    "--service",
    type=click.IntRange(1, 3600),
    default=USUAL.service_seconds,
    show_default=True,
    metavar="S",
    help="Seconds from a request's start to its end.",
)
@click.option(
    "--cold-start",
    type=click.IntRange(0, 3600),
    default=USUAL.cold_start_seconds,
    show_default=True,
    metavar="S",
    help="Seconds until a new replica is ready.",
)
@click.option(
    "--min",
    "least",
    type=click.IntRange(0, 100),
    default=USUAL.min_replicas,
    show_default=True,
    metavar="N",
    help="Least replicas; 0 takes the form of the law that may sleep.",
)
@click.option(
    "--max",
    "most",
    type=click.IntRange(1, 100),
    default=USUAL.max_replicas,
    show_default=True,
    metavar="N",
    help="Most replicas.",
)
@click.option(
    "--usd",
    type=click.FloatRange(0),
    default=USUAL.usd_per_replica_hour,
    show_default=True,
    metavar="USD",
    help="Price of a replica's hour.",
)
@click.option("--picture", type=click.Path(dir_okay=False, path_type=Path), help="Also draw it as an SVG picture.")
@format_option
def law(
    name: str | None,
    histories: Path | None,
    sequences: int,
    service: int,
    cold_start: int,
    least: int,
    most: int,
    usd: float,
    picture: Path | None,
    style: str,
) -> None:
    """Show how the scaling law NAME behaves, or replay what an HPA saw.

    With NAME: a step, a ramp, a spike and a loss of metrics in virtual time, through KEDA's and the HPA's own control
    laws, beside an HPA on CPU. A replica runs --sequences requests of --service seconds each, is ready --cold-start
    seconds after it is asked for, and costs --usd an hour.

    With --replay each line of FILE is {"id", "hpa": autoscaling/v2 spec, "sync_seconds", "downscale_window_seconds",
    "tolerance", "syncs": [{"t", "spec_replicas", "status_replicas", "pods_ready", "metric": quantity or null}]}, and each
    line of the answer {"id", "replicas": [what the controller leaves at each sync], "reasons": [{"AbleToScale",
    "ScalingActive", "ScalingLimited"}]}: the reason of each condition after that sync, null before it is first set.
    """
    if (histories is None) == (name is None):
        fail(["name a law, or give --replay FILE, and not both"], f"laws are {', '.join((*LAWS, *DOCUMENTED_LAWS))}")
    if histories is not None:
        _replay(histories)
        return
    known = {**LAWS, **{law.name: law.shown() for law in DOCUMENTED_LAWS.values()}}
    if name not in known:
        fail([f"no law {name!r}; {did_you_mean(name or '', known)}"], f"laws are {', '.join(known)}")
    if most < max(1, least):
        fail([f"--max {most} is below --min {least}"], f"headway law {name} --min {least} --max {max(1, least)}")
    if sequences / service > MOST_REQUESTS_PER_SECOND:
        problem = f"{sequences} requests of {service} s are {sequences / service:g} a second and replica"
        fail([f"{problem}; at most {MOST_REQUESTS_PER_SECOND} can be simulated"], "make --service longer")
    workload = Workload(sequences, service, cold_start, least, most, usd)
    documented = DOCUMENTED_LAWS.get(name or "")
    beside = (LAWS[documented.instead],) if documented else ()
    _show((known[name or ""], *beside), workload, picture, style)


def _replay(file: Path) -> None:
    """Everything is read before anything is written."""
    try:
        with file.open(encoding="utf-8") as lines:
            found = read_histories(lines, str(file))
    except OSError as error:
        fail([f"{file}: {error.strerror}"], "give a file of JSON lines")
    except UnicodeDecodeError as error:
        fail([f"{file}: not UTF-8 at byte {error.start}"], REPLAY_HINT)
    except HistoryFaults as error:
        fail([str(fault) for fault in error.faults], REPLAY_HINT)
    for history in found:
        click.echo(json.dumps(replay(history)))


def _show(laws: tuple[ScalingLaw, ...], workload: Workload, picture: Path | None, style: str) -> None:
    """The first law is the one asked for; the others stand beside it."""
    shown, runs = laws[0], compare(laws, workload)
    if style == "json":
        print_json(_json(shown, workload, runs))
    else:
        for line in _wrong(shown.name):
            console().print(line)
        console().print(_table(shown, workload, runs))
    if picture:
        try:
            picture.write_text(draw(shown.name, workload, runs), encoding="utf-8")
        except OSError as error:
            fail([f"cannot write {picture}: {error.strerror}"], "give another place with --picture")


def _wrong(name: str) -> Iterator[str]:
    """What is wrong with a formula of the source documents; nothing for a shipped law."""
    documented = DOCUMENTED_LAWS.get(name)
    if documented is None:
        return
    yield f"{documented.formula}, target {documented.target}: wrong as it stands in {documented.source}"
    if documented.error:
        yield f"  KEDA refuses it: {documented.error}"
    for flaw in documented.flaws:
        yield f"  {flaw.trap}: {flaw.why}"
    yield f"Shown is what runs of it, beside {documented.instead}, the law to use."
    yield ""


def _table(shown: ScalingLaw, workload: Workload, runs: tuple[Run, ...]) -> Table:
    formula = shown.expression(workload.min_replicas == 0).render()
    title = f"{shown.name}: {formula}, target {shown.target(workload.sequences)}"
    columns = (
        "scenario",
        "scaler",
        "replicas: most / needed",
        "over",
        "turns",
        "waited",
        "p95 wait s",
        "USD",
        "replicas",
    )
    rows = [
        (
            run.scenario.name,
            run.scaler,
            f"{run.most} / {max(point.needed for point in run.points)}",
            str(run.overshoot),
            str(run.oscillations),
            f"{run.waited} of {run.requests}",
            _seconds(run.wait_percentile(95)),
            f"{run.usd:.2f}",
            _sparkline(run, workload.max_replicas),
        )
        for run in runs
    ]
    return table(title, columns, rows, columns[2:8])


def _seconds(value: float) -> str:
    return f"{value:.0f}" if math.isfinite(value) else "never"


def _sparkline(run: Run, most: int) -> str:
    every = max(1, math.ceil(len(run.points) / COLUMNS))
    return "".join(BLOCKS[round(point.replicas / most * (len(BLOCKS) - 1))] for point in run.points[::every])


def _json(shown: ScalingLaw, workload: Workload, runs: tuple[Run, ...]) -> dict[str, Any]:
    documented = DOCUMENTED_LAWS.get(shown.name)
    return {
        "law": shown.name,
        "wrong": [{"trap": flaw.trap, "why": flaw.why} for flaw in documented.flaws] if documented else [],
        "formula": shown.expression(workload.min_replicas == 0).render(),
        "target": shown.target(workload.sequences),
        "workload": asdict(workload),
        "runs": [_run(run) for run in runs],
    }


def _run(run: Run) -> dict[str, Any]:
    percentiles = {percent: run.wait_percentile(percent) for percent in (50, 95, 99)}
    return {
        "scenario": run.scenario.name,
        "meaning": run.scenario.meaning,
        "scaler": run.scaler,
        "replicas": {
            "most": run.most,
            "needed": max(point.needed for point in run.points),
            "overshoot": run.overshoot,
            "oscillations": run.oscillations,
            "series": [[point.t, point.replicas, point.ready, point.needed, point.queue] for point in run.points],
        },
        "requests": {"offered": run.requests, "started": len(run.waits), "waited": run.waited},
        "wait_seconds": {f"p{p}": value if math.isfinite(value) else None for p, value in percentiles.items()},
        "usd": round(run.usd, 4),
    }
