"""Turns what pydantic found into faults that name file, line, path and remedy."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from headway.domain.environment import EnvironmentSpec
from headway.domain.fault import Fault, did_you_mean
from headway.environments.describe import field_at, model_at, unit_of
from headway.environments.source import Located

_KINDS = {
    "finite": "a finite number",
    "int": "a whole number",
    "float": "a number",
    "string": "a text",
    "bool": "true or false",
    "dict": "a mapping",
    "tuple": "a list",
    "model": "a mapping",
}
_BOUNDS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


def shape_faults(error: ValidationError, tree: Located) -> list[Fault]:
    """One fault for each error in the merged tree; a list is too short only where none of its entries is at fault itself."""
    errors = error.errors(include_url=False)
    entries = {details["loc"][:-1] for details in errors}
    return [
        _fault(details, tree) for details in errors if details["type"] != "too_short" or details["loc"] not in entries
    ]


def _fault(details: ErrorDetails, tree: Located) -> Fault:
    steps = tuple(str(step) for step in details["loc"])
    names_a_key = steps[-1:] == ("[key]",)
    keys = steps[:-1] if names_a_key else steps
    problem, remedy = _of_key(details, keys) if names_a_key else _wording(details, keys)
    first, _, rest = problem.partition(" ")
    if _is_key_below(keys, first):
        keys, problem = (*keys, *first.split(".")), rest
    origin = tree.find(keys).origin
    return Fault(origin.file, origin.line, ".".join(keys), problem, remedy)


def _is_key_below(keys: tuple[str, ...], word: str) -> bool:
    """A noun's own validator begins its message with the key at fault: `min is 5 and max is 4`."""
    return (
        model_at(EnvironmentSpec, keys) is not None and field_at(EnvironmentSpec, (*keys, *word.split("."))) is not None
    )


def _of_key(details: ErrorDetails, keys: tuple[str, ...]) -> tuple[str, str]:
    if details["type"] == "literal_error":
        return f"unknown key {keys[-1]!r}", did_you_mean(keys[-1], _choices(details))
    return str(details.get("ctx", {}).get("error", details["msg"])), "rename it"


def _wording(details: ErrorDetails, keys: tuple[str, ...]) -> tuple[str, str]:
    kind, given = details["type"], details["input"]
    context: Mapping[str, Any] = details.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown key {keys[-1]!r}", did_you_mean(keys[-1], _siblings(keys))
    if kind == "missing":
        return "is missing", f"state it: {_meaning(keys)}"
    if kind == "literal_error":
        return f"is {_shown(given)}", did_you_mean(str(given), _choices(details))
    if kind == "value_error":
        problem, _, remedy = str(context["error"]).partition("; ")
        return problem, remedy or f"state it: {_meaning(keys)}"
    if kind in ("too_short", "too_long"):
        bound = f"at least {context['min_length']}" if kind == "too_short" else f"at most {context['max_length']}"
        return f"has {context['actual_length']} entries", f"state {bound}: {_meaning(keys)}"
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        unit = f" {unit}" if (field := field_at(EnvironmentSpec, keys)) and (unit := unit_of(field)) else ""
        return f"is {_shown(given)}{unit}", f"state {words} {context[bound]:g}{unit}: {_meaning(keys)}"
    expected = next((text for key, text in _KINDS.items() if kind.startswith(key)), "another kind of value")
    quote = kind == "string_type" and isinstance(given, int | float | date)
    remedy = "put it in quotes" if quote else f"give {expected}"
    return f"is {_shown(given)}, not {expected}", f"{remedy}: {_meaning(keys)}"


def _choices(details: ErrorDetails) -> list[str]:
    choices = re.findall(r"'([^']*)'|\b(\d+)\b", str(details.get("ctx", {})["expected"]))
    return [text or number for text, number in choices]


def _meaning(keys: tuple[str, ...]) -> str:
    field = field_at(EnvironmentSpec, keys)
    text = (field.description if field else None) or "see `headway explain`"
    return text.rstrip(".").replace("\n", " ")


def _siblings(keys: tuple[str, ...]) -> list[str]:
    owner = model_at(EnvironmentSpec, keys[:-1])
    above = ["extends"] if len(keys) == 1 else []
    return [*owner.model_fields, *above] if owner else []


def _shown(value: Any) -> str:
    """A value as the file's author knows it: YAML's words, not Python's."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "…"
