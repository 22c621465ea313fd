"""`headway-model-server [options] -- <engine arguments>`: exit 0 after a drain, 2 for wrong input, else the engine's code."""

import sys
from typing import Any

import click

from headway.catalog import load_catalog
from headway_model_server.faults import CannotStart
from headway_model_server.listening import refuse_taken_address
from headway_model_server.logs import configure_logs
from headway_model_server.simulation import simulate as serve_simulation
from headway_model_server.simulation import simulation_options
from headway_model_server.start import Options, checked
from headway_model_server.supervision.launch import launch

WRONG_INPUT = 2


@click.command(context_settings={"show_default": True})
@click.option("--engine", type=click.Choice(["vllm", "sglang"]), default="vllm", help="Whose arguments follow --.")
@click.option("--host", help="Address to listen on.  [default: --host of the engine arguments, else 127.0.0.1]")
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    help="Port to listen on.  [default: --port of the engine arguments, else 8000]",
)
@click.option(
    "--drain-seconds",
    type=click.IntRange(min=0),
    help="Longest time for requests in work after SIGTERM.  [default: --shutdown-timeout of the engine arguments, else 30]",
)
@click.option("--simulate", is_flag=True, help="Serve a simulated engine, which needs no GPU and no weights.")
@click.option("--gpu", help="With --simulate: the GPU whose speed is simulated.")
@simulation_options
@click.argument("engine_arguments", nargs=-1, type=click.UNPROCESSED)
def main(
    engine: str,
    host: str | None,
    port: int | None,
    drain_seconds: int | None,
    simulate: bool,
    gpu: str | None,
    engine_arguments: tuple[str, ...],
    **choices: Any,
) -> None:
    """Starts an engine with the arguments behind -- and drains it on SIGTERM."""
    configure_logs()
    options = Options(engine, simulate, gpu, host, port, drain_seconds)
    try:
        start = checked(options, engine_arguments, load_catalog())
        if start.serves_api:
            refuse_taken_address(start.host, start.port)
    except CannotStart as wrong:
        for fault in wrong.faults:
            click.echo(f"error: {fault}", err=True)
        click.echo("\nhint: headway-model-server --help", err=True)
        sys.exit(WRONG_INPUT)
    sys.exit(serve_simulation(start, str(gpu), choices) if simulate else launch(start.launch()))


if __name__ == "__main__":
    main()
