"""`headway chaos`: a fault for the local run that is going on."""

import json
from pathlib import Path

import anyio
import click

from headway.cli.failures import fail
from headway.cli.runs import runs_option
from headway.local import CannotRun, find_run
from headway.local.chaos import FAULTS
from headway.local.http import fetch

ANSWER_SECONDS = 10.0
OK = 200


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
    status, answer = anyio.run(fetch, f"{reach['control']}/control/chaos", "POST", body, headers, ANSWER_SECONDS)
    if status == 0:
        fail([f"the run does not answer within {ANSWER_SECONDS:g} s"], "headway up starts one")
    said = json.loads(answer)
    if status != OK:
        fail([said["error"]], "headway why says what the run did last")
    click.echo(said["text"])
