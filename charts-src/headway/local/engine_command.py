"""The command of one replica: the container's own arguments, with a port of this machine and the simulated engine."""

from pathlib import Path

from headway.local.faults import CannotRun
from headway.local.options import Options
from headway.local.rendered import Deployment

REPLACED = {"--host": "127.0.0.1"}


def engine_command(
    options: Options, deployment: Deployment, gpu: str, port: int, recipe: Path | None, program: str, real: bool
) -> tuple[str, ...]:
    """The launcher with everything behind it. `real` runs the options' engine under the rendered name and port."""
    arguments = _here(deployment.arguments, port)
    if real:
        named = ("--served-model-name", deployment.model, "--host", "127.0.0.1", "--port", str(port))
        return (*options.real_engine, "--", *options.real_engine_arguments, *named)
    simulated = ("--simulate", "--gpu", gpu, "--speed", f"{options.engine_speed:g}", "--allow-faults")
    known = ("--recipe", str(recipe)) if recipe else ()
    return (program, *simulated, *known, "--host", "127.0.0.1", "--port", str(port), "--", *arguments)


def _here(arguments: tuple[str, ...], port: int) -> tuple[str, ...]:
    """The rendered arguments with host and port of this machine."""
    found = list(arguments)
    for flag, value in (*REPLACED.items(), ("--port", str(port))):
        if flag in found:
            found[found.index(flag) + 1] = value
    return tuple(found)


def program(name: str, folder: Path) -> str:
    """A program of the same environment as this one. Raises `CannotRun` where it is missing."""
    path = folder / name
    if not path.is_file():
        raise CannotRun(
            f"{name} is not installed beside headway", "make setup installs every program of the repository"
        )
    return str(path)
