"""`headway law`: how a scaling law behaves in virtual time, and what the HPA would do with a recorded history."""

import json
from pathlib import Path

import click

from headway.cli.failures import fail
from headway.scaling.replay import HistoryFaults, read_histories, replay

REPLAY_HINT = "docs/reference/hpa-replay.md describes every field"


@click.command()
@click.argument("name", required=False)
@click.option(
    "--replay",
    "histories",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Replay recorded HPA histories, one JSON object a line, instead of showing a law.",
)
def law(name: str | None, histories: Path | None) -> None:
    """Show how the scaling law NAME behaves, or replay what an HPA saw.

    With --replay each line of FILE is {"id", "hpa": autoscaling/v2 spec, "sync_seconds", "downscale_window_seconds",
    "tolerance", "syncs": [{"t", "spec_replicas", "status_replicas", "pods_ready", "metric": quantity or null}]}, and each
    line of the answer {"id", "replicas": [what the controller leaves at each sync], "reasons": [{"AbleToScale",
    "ScalingActive", "ScalingLimited"}]}: the reason of each condition after that sync, null before it is first set.
    """
    if histories is not None and name is None:
        _replay(histories)
    else:
        fail(["name a law, or give --replay FILE, not both"], "headway law --help")


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
