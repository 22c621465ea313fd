"""`--simulate` and the options that mean something with it alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from headway_model_server.listening import cannot_listen
from headway_model_server.start import Start

Command = Callable[..., Any]
OPTIONS = (
    click.option(
        "--speed",
        type=click.FloatRange(min=0, min_open=True),
        default=1.0,
        help="With --simulate: simulated seconds a second.",
    ),
    click.option(
        "--seed", type=int, default=0, help="With --simulate: decides answers and which requests a fault meets."
    ),
    click.option("--model-card", help="With --simulate: model of the catalog.  [default: by recipe or served name]"),
    click.option(
        "--weights", help="With --simulate: format of the weights (awq).  [default: by recipe or served name]"
    ),
    click.option(
        "--recipe",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="With --simulate: a rendered recipe, which names model and weights.",
    ),
    click.option("--cold-start", is_flag=True, help="With --simulate: let the time of a cold start pass first."),
    click.option("--fault", "faults", multiple=True, help="With --simulate: NAME[=VALUE][,count=N][,probability=P]."),
    click.option("--allow-faults", is_flag=True, help="With --simulate: let PUT /simulated/faults change the faults."),
)


def simulation_options(command: Command) -> Command:
    """Adds the options to a command, in the order of the list."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def simulate(start: Start, gpu: str, choices: dict[str, Any]) -> int:
    """Runs a simulated engine until it is stopped; returns the exit code, 2 where a choice is wrong."""
    # Only here: a real engine's image need not load the simulation.
    from headway_model_server.simulated import NoSuchFault, SimulationOptions, StartError
    from headway_model_server.simulated.launched import launch_simulated

    try:
        options = SimulationOptions(
            engine_arguments=start.arguments, gpu=gpu, host=start.host, port=start.port, **choices
        )
        return launch_simulated(options, start.drain_seconds, start.tokens_series)
    except StartError as wrong:
        click.echo(f"error: {wrong}", err=True)
        return wrong.exit_code
    except (NoSuchFault, ValueError) as wrong:
        click.echo(f"error: {wrong}", err=True)
        return 2
    except OSError as wrong:
        click.echo(f"error: {cannot_listen(start.host, start.port, wrong)}", err=True)
        return 2
