"""`headway why`: the last scaling event of a local run, in words."""

import json
from pathlib import Path

import click

from headway.cli.failures import fail
from headway.cli.output import format_option, print_json
from headway.cli.runs import runs_option
from headway.local import CannotRun, find_run


@click.command()
@click.option("--deployment", help="Of this deployment alone.")
@runs_option
@format_option
def why(deployment: str | None, runs: Path, style: str) -> None:
    """Say why the newest local run scaled last."""
    try:
        folder, _ = find_run(runs, living=False)
    except CannotRun as error:
        fail([str(error)], error.hint)
    lines = folder.audit.read_text(encoding="utf-8").splitlines() if folder.audit.is_file() else []
    events = [event for line in lines if (event := json.loads(line)) and deployment in (None, event["deployment"])]
    if style == "json":
        print_json(events[-1] if events else None)
    elif events:
        click.echo(f"{events[-1]['t']:.0f} s of the cluster after the start: {events[-1]['explanation']}")
    else:
        click.echo(f"nothing has scaled{f' {deployment}' if deployment else ''} in {folder.path}")
