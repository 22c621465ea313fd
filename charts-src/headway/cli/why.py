"""`headway why`: the last scaling event of a local run, in words."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from headway.cli.failures import fail
from headway.cli.output import format_option, print_json
from headway.cli.runs import runs_option
from headway.local import CannotRun, RunFolder, find_run


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
    events = [event for event in _events(folder) if deployment in (None, event["deployment"])]
    if style == "json":
        print_json(events[-1] if events else None)
    elif events:
        click.echo(f"{events[-1]['t']:.0f} s of the cluster after the start: {events[-1]['explanation']}")
    else:
        click.echo(f"nothing has scaled{f' {deployment}' if deployment else ''} in {folder.path}")


def _events(folder: RunFolder) -> Iterator[dict[str, Any]]:
    """Scaling events in order; the last line may be cut off, where the disk was full or the run is writing it."""
    lines = folder.audit.read_text(encoding="utf-8").splitlines() if folder.audit.is_file() else []
    for line in lines:
        with contextlib.suppress(json.JSONDecodeError):
            yield json.loads(line)
