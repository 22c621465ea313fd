"""`headway explain`: where a value comes from and what it means."""

import json
from typing import Any

import click
from pydantic import BaseModel

from headway.catalog import load_catalog
from headway.cli.failures import reports_faults
from headway.cli.output import console, format_option, print_json, table
from headway.environments import explain as explained
from headway.environments import load_environment


@click.command()
@click.argument("env")
@click.argument("key", default="")
@format_option
@reports_faults
def explain(env: str, key: str, style: str) -> None:
    """Show value, origin, unit and meaning of KEY in ENV, or of everything below it."""
    rows = explained(load_environment(env, load_catalog()), key)
    if style == "json":
        print_json(
            [
                {
                    "key": row.path,
                    "value": _plain(row.value),
                    "origin": row.origin,
                    "unit": row.unit,
                    "meaning": row.meaning,
                }
                for row in rows
            ]
        )
        return
    cells = [(row.path, json.dumps(_plain(row.value)), row.unit, row.origin, row.meaning) for row in rows]
    console().print(table("", ("key", "value", "unit", "origin", "meaning"), cells))


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
