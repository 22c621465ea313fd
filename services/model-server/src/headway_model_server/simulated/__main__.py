"""`python -m headway_model_server.simulated --gpu l4 -- ENGINE ARGUMENTS`."""

import sys
from pathlib import Path

import click

from headway_model_server.simulated import NoSuchFault, SimulationOptions, StartError, serve


@click.command(context_settings={"auto_envvar_prefix": "HEADWAY_SIMULATED"})
@click.option("--gpu", required=True, help="Accelerator of the catalog (l4, t4, a10g, h100 …).")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--speed", default=1.0, show_default=True, help="Simulated seconds a second.")
@click.option("--seed", default=0, show_default=True, help="Decides answers and drawn faults.")
@click.option("--model-card", envvar="HEADWAY_MODEL_CARD", help="Model of the catalog; else found by the served name.")
@click.option("--weights", help="Format of the weights (16bit, fp8, awq …); else found by recipe or name.")
@click.option("--recipe", type=click.Path(path_type=Path, dir_okay=False), help="A rendered recipe.yaml.")
@click.option("--cold-start/--no-cold-start", help="Let the time to load weights and compile pass first.")
@click.option("--fault", "faults", multiple=True, help="NAME[=VALUE][,count=N][,probability=P]; may be repeated.")
@click.option("--allow-faults", is_flag=True, help="Let PUT /simulated/faults change faults.")
@click.argument("engine_arguments", nargs=-1, type=click.UNPROCESSED)
def main(engine_arguments: tuple[str, ...], **options: object) -> None:
    """Serve as a vLLM would that is started with ENGINE_ARGUMENTS, without a GPU or a model."""
    try:
        sys.exit(serve(SimulationOptions(engine_arguments, **options)))  # type: ignore[arg-type]
    except StartError as error:
        click.echo(error, err=True)
        sys.exit(error.exit_code)
    except (NoSuchFault, ValueError, OSError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
