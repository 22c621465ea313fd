"""Writes the generated pages under docs/reference/ from the code: `make docs`."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from pathlib import Path

import law_behaviour
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from rule_pages import rule_pages

import gateway_settings
import scaling_laws
from headway.domain.environment import EnvironmentSpec
from headway.environments.describe import model_in, unit_of
from headway.environments.writer import EXAMPLES

REPOSITORY = Path(__file__).parent.parent
REFERENCE = REPOSITORY / "docs" / "reference"
NOTE = "<!-- made by `make docs`; do not edit -->\n"


def main() -> None:
    for name, text in pages().items():
        (REFERENCE / name).parent.mkdir(exist_ok=True)
        (REFERENCE / name).write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """File name → text of every generated page."""
    return {
        "environment.md": _environment(),
        "gateway-settings.md": gateway_settings.page(NOTE),
        "command-line.md": _command_line(),
        "scaling-laws.md": scaling_laws.page(NOTE),
        "law-behaviour.md": law_behaviour.page(NOTE),
        **rule_pages(REPOSITORY),
    }


def _environment() -> str:
    lines = [
        "# Keys of an environment file",
        "",
        NOTE,
        "Every key with its meaning, unit and default. `headway init NAME` writes the same as a commented file.",
        "`*` stands for a name of your own. A **fact** is known only to you; left out, it is listed by `headway doctor`.",
        "",
        "| key | meaning | unit | default |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| `{key}` | {meaning} | {unit} | {default} |" for key, meaning, unit, default in _rows(EnvironmentSpec, ())
    ]
    return "\n".join(lines) + "\n"


def _rows(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[tuple[str, str, str, str]]:
    for name, field in model.model_fields.items():
        here = (*path, name)
        meaning = " ".join((field.description or "").split()).replace("|", "\\|")
        yield ".".join(here), meaning, unit_of(field), _default(field, ".".join(here))
        if typing.get_origin(field.annotation) is dict:
            if inner := model_in(typing.get_args(field.annotation)[1]):
                yield from _rows(inner, (*here, "*"))
        elif (inner := model_in(field.annotation)) and typing.get_origin(field.annotation) is not tuple:
            yield from _rows(inner, here)


def _default(field: FieldInfo, path: str) -> str:
    if path in EXAMPLES:
        return "**fact**"
    if field.default is PydanticUndefined:
        return "required"
    if field.default is None:
        return "none"
    if isinstance(field.default, BaseModel):
        return "as below"
    return f"`{field.default}`" if field.default != () else "empty"


def _command_line() -> str:
    import click

    from headway.cli import main as command

    lines = [
        "# Command line",
        "",
        NOTE,
        "Data goes to stdout, talk to stderr. Exit codes: 0 well, 1 findings, 2 bad input.",
        "",
    ]
    for name, verb in sorted(command.commands.items()):
        parent = click.Context(command, info_name="headway", **command.context_settings)
        context = click.Context(verb, parent, name, max_content_width=110, terminal_width=110)
        lines += [f"## headway {name}", "", "```", verb.get_help(context), "```", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
