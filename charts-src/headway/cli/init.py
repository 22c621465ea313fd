"""`headway init`: a new environment file that explains itself."""

import re
from pathlib import Path

import click

from headway.cli.failures import fail, reports_faults
from headway.environments.loader import SHIPPED
from headway.environments.source import read
from headway.environments.writer import new_environment

NAME = re.compile(r"[a-z]([a-z0-9-]{0,18}[a-z0-9])?")


@click.command()
@click.argument("name")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write, `-` for stdout; default: among the shipped ones.",
)
@reports_faults
def init(name: str, out: Path | None) -> None:
    """Write the environment file NAME.yaml, with every key explained."""
    if not NAME.fullmatch(name) or name == "base":
        fail(
            [f"{name!r} is no name for an environment"],
            "use up to 20 lower-case letters, digits and dashes, such as `sandbox`",
        )
    text = new_environment(name, read(SHIPPED / "base.yaml", "base.yaml").plain())
    if out and str(out) == "-":
        click.echo(text, nl=False)
        return
    target = out or SHIPPED / f"{name}.yaml"
    if target.exists():
        fail([f"{target} exists already"], "choose another name, or remove the file first")
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        fail([f"cannot write {target}: {error.strerror}"], "give another place with --out")
    click.echo(f"wrote {target}", err=True)
    click.echo(f"\nhint: state its facts, then headway synth --env {name}", err=True)
