"""Where a verb finds local runs."""

from pathlib import Path

import click

runs_option = click.option(
    "--runs",
    type=click.Path(path_type=Path),
    default=Path("build/up"),
    show_default=True,
    help="Where run folders are.",
)
