"""`headway chaos`: a fault for the local run that is going on."""

import json
import urllib.error
import urllib.request
from pathlib import Path

import click

from headway.cli.failures import fail
from headway.cli.runs import runs_option
from headway.local import CannotRun, find_run
from headway.local.chaos import FAULTS

ANSWER_SECONDS = 10


@click.command()
@click.argument("fault", type=click.Choice(FAULTS))
@click.option("--deployment", help="Strike this one.  [default: the first with a replica that is ready]")
@runs_option
def chaos(fault: str, deployment: str | None, runs: Path) -> None:
    """Let FAULT happen in the newest local run that is going on."""
    try:
        _, reach = find_run(runs, living=True)
    except CannotRun as error:
        fail([str(error)], error.hint)
    body = {"fault": fault, **({"deployment": deployment} if deployment else {})}
    headers = {"Authorization": f"Bearer {reach['token']}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{reach['control']}/control/chaos", json.dumps(body).encode(), headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310  loopback, from the run folder
            click.echo(json.load(answer)["text"])
    except urllib.error.HTTPError as error:
        fail([json.load(error)["error"]], "headway why says what the run did last")
    except OSError as error:
        fail([f"the run does not answer: {error}"], "headway up starts one")
