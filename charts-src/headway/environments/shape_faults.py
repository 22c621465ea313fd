"""Turns what pydantic found into faults that name file, line, path and remedy."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from headway.domain.environment import EnvironmentSpec
from headway.environments.describe import field_at, model_at
from headway.environments.faults import Fault, did_you_mean
from headway.environments.source import Located

_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "string": "a text",
    "bool": "true or false",
    "dict": "a mapping",
    "tuple": "a list",
    "model": "a mapping",
}


def shape_faults(error: ValidationError, tree: Located) -> list[Fault]:
    """One fault for each error in the merged tree."""
    return [_fault(details, tree) for details in error.errors(include_url=False)]


def _fault(details: ErrorDetails, tree: Located) -> Fault:
    steps = tuple(str(step) for step in details["loc"] if step != "[key]")
    keys = tuple(step for step in steps if not step.isdigit())
    origin = tree.find(keys).origin
    problem, remedy = _wording(details, keys)
    return Fault(origin.file, origin.line, ".".join(steps), problem, remedy)


def _wording(details: ErrorDetails, keys: tuple[str, ...]) -> tuple[str, str]:
    kind, given = details["type"], details["input"]
    context: Mapping[str, Any] = details.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown key {keys[-1]!r}", did_you_mean(keys[-1], _siblings(keys))
    if kind == "missing":
        return "is missing", f"state it: {_meaning(keys)}"
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'|\b(\d+)\b", str(context["expected"]))
        return f"is {given!r}", did_you_mean(str(given), [text or number for text, number in choices])
    if kind == "value_error":
        problem, _, remedy = str(context["error"]).partition("; ")
        return problem, remedy or f"state {_meaning(keys)}"
    if kind == "string_pattern_mismatch":
        return f"is {given!r}", f"must match {context['pattern']} ({_meaning(keys)})"
    if kind.startswith(("greater_than", "less_than", "too_short", "too_long", "string_too")):
        return f"is {_short(given)}", details["msg"].replace("Input", "it", 1).replace("Value", "it", 1)
    expected = next((text for key, text in _KINDS.items() if kind.startswith(key)), "another kind of value")
    return f"is {_short(given)}, not {expected}", f"give {expected}: {_meaning(keys)}"


def _meaning(keys: tuple[str, ...]) -> str:
    field = field_at(EnvironmentSpec, keys)
    text = (field.description if field else None) or "see `headway explain`"
    return text.rstrip(".").replace("\n", " ")


def _siblings(keys: tuple[str, ...]) -> list[str]:
    owner = model_at(EnvironmentSpec, keys[:-1])
    return list(owner.model_fields) if owner else []


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
