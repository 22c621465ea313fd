"""The page about the gateway's settings, from the model that the program reads and synth renders."""

from collections.abc import Iterable, Iterator

from pydantic.fields import FieldInfo

from headway.domain.gateway_settings import GatewayChoices, GatewaySettings, variable
from headway.domain.noun import Noun
from headway.environments.describe import unit_of

INTRODUCTION = """\
Each setting is an environment variable of `headway-gateway`; `--print-settings` shows those of a running one with where
they come from. Lists are JSON (`'["audience"]'`), switches `true` or `false`; a value outside its bounds, or of another kind,
keeps the program from starting.

In a cluster nobody sets these by hand: an environment file states what is a matter of choice under `gateway:`, by the name
in small letters without the prefix (`gateway.drain_seconds`), `headway synth` adds what the place decides, and every
variable is in the Deployment (`dist/<env>/gateway/Deployment.gateway.yaml`)."""


PLACE = "What the place decides, not the people who run it: files, addresses, and the path in front of the gateway."


def page(note: str) -> str:
    """The page's text."""
    lines = ["# Settings of the gateway", "", note, INTRODUCTION, "", "## By choice", ""]
    for group in groups():
        lines += [f"### {(group.__doc__ or '').splitlines()[0].rstrip('.')}", "", *_table(group.model_fields), ""]
    others = (name for name in GatewaySettings.model_fields if name not in GatewayChoices.model_fields)
    lines += ["## By the place it runs in", "", PLACE, "", *_table(others)]
    return "\n".join(lines) + "\n"


def groups() -> list[type[Noun]]:
    """The groups of settings that are a matter of choice."""
    return [base for base in reversed(GatewayChoices.__bases__) if issubclass(base, Noun)]


def _table(names: Iterable[str]) -> Iterator[str]:
    yield "| variable | meaning | unit | bounds | default |"
    yield "|---|---|---|---|---|"
    for name in names:
        field = GatewaySettings.model_fields[name]
        meaning = " ".join((field.description or "").split()).replace("|", "\\|")
        yield f"| `{variable(name)}` | {meaning} | {unit_of(field)} | {_bounds(field)} | {_default(name)} |"


def _bounds(field: FieldInfo) -> str:
    """Least and most, or the choices, of a value."""
    choices = getattr(field.annotation, "__args__", ())
    if choices and all(isinstance(choice, str) for choice in choices):
        return ", ".join(f"`{choice}`" for choice in choices)
    words = {"gt": "more than", "ge": "at least", "le": "at most"}
    stated = {key: value for part in field.metadata for key in words if (value := getattr(part, key, None)) is not None}
    if "gt" in stated:
        stated.pop("ge", None)
    return ", ".join(f"{words[key]} {stated[key]}" for key in words if key in stated)


def _default(name: str) -> str:
    default = GatewaySettings.model_fields[name].default
    if default is None:
        return "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default}`" if default != () else "empty"
