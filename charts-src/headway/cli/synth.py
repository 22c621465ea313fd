"""`headway synth`: renders environments."""

from pathlib import Path

import click

from headway.cli.failures import fail, reports_faults
from headway.environments import environment_names


@click.command()
@click.option(
    "--env",
    "environments",
    multiple=True,
    metavar="ENV",
    help="Environment, or a YAML file; default: every shipped one.",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Folder to write below.")
@reports_faults
def synth(environments: tuple[str, ...], out: Path) -> None:
    """Render environments to dist/, apps/ and argocd/, after checking them."""
    from headway.synth import RenderedSetFaults
    from headway.synth import synth as render

    try:
        rendered = render(environments or environment_names(), out)
    except RenderedSetFaults as error:
        fail(
            [str(finding) for finding in error.findings],
            "nothing was written; correct the environment and run again",
        )
    except OSError as error:
        fail([f"cannot write below {out}: {error.strerror}"], "give a folder you may write to with --out")
    for finding in (f for environment in rendered for f in environment.findings if f.severity == "warning"):
        click.echo(f"warning: {finding}", err=True)
    for environment in rendered:
        open_facts = f", {len(environment.unresolved)} facts not stated yet" if environment.unresolved else ""
        click.echo(f"{environment.name}: {environment.objects} objects{open_facts}", err=True)
    if any(environment.unresolved for environment in rendered):
        click.echo("\nhint: headway doctor lists the facts that only you can state", err=True)
