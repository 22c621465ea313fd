"""How data is printed: tables for people, JSON for programs."""

import json
from collections.abc import Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Table

format_option = click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print data.",
)


def console() -> Console:
    """Stdout as rich sees it; wide enough for a table when it is a file or a pipe. Keeps NO_COLOR; brackets are text."""
    found = Console(markup=False, emoji=False)
    return found if found.is_terminal else Console(width=160, markup=False, emoji=False)


def print_json(data: Any) -> None:
    """Data as indented JSON on stdout."""
    click.echo(json.dumps(data, indent=2))


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[str] = ()) -> Table:
    """A plain table; columns named in `numbers` are set to the right."""
    made = Table(
        title=title, title_justify="left", title_style="bold cyan", header_style="dim", box=None, pad_edge=False
    )
    for column in columns:
        made.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made
