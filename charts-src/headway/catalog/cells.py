"""Says in the catalog's words what pydantic found wrong with a cell."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from headway.catalog.columns import Column
from headway.domain.fault import did_you_mean

Wording = tuple[str, str]
"""What is wrong, what would be right."""

Context = Mapping[str, Any]
"""What pydantic adds to an error: the bound, the choice, the reason."""


def wording(error: Mapping[str, Any], column: Column) -> Wording:
    """The two halves of a fault for one entry of `ValidationError.errors()`."""
    unit = f" in {column.unit}" if column.unit else ""
    value = error["input"]
    if value is None:
        return "is empty", f"every row needs {column.name.replace('_', ' ')}{unit}"
    say = _WORDINGS.get(error["type"])
    if say is None:
        return f"{value!r} is not accepted", str(error["msg"])
    return say(str(value), error.get("ctx", {}), unit)


def not_a_date(value: str) -> Wording:
    """The wording for a date that no calendar has."""
    return f"{value!r} is not a date", "write YYYY-MM-DD"


def _not_whole(value: str, _: Context, unit: str) -> Wording:
    return f"{value!r} is not a whole number", f"write a whole number{unit}"


def _not_number(value: str, _: Context, unit: str) -> Wording:
    return f"{value!r} is not a number", f"write a number{unit}"


def _not_yes(value: str, _: Context, __: str) -> Wording:
    return f"{value!r} is neither yes nor no", "write yes or no"


def _too_small(value: str, bounds: Context, unit: str) -> Wording:
    least = f"{bounds['ge']:g} or more" if "ge" in bounds else f"more than {bounds['gt']:g}"
    return f"{value} is too small", f"write {least}{unit}"


def _not_one_of(value: str, choice: Context, _: str) -> Wording:
    known = [word for word in re.findall(r"'([^']*)'", choice["expected"]) if word]
    return f"{value!r} is not known here", did_you_mean(value, known, f"write one of {', '.join(known)}")


def _not_shaped(value: str, _: Context, __: str) -> Wording:
    """Of the catalog's columns only dates have a pattern."""
    return not_a_date(value)


def _refused(value: str, reason: Context, _: str) -> Wording:
    return f"{value!r} is refused", str(reason["error"])


_WORDINGS: Mapping[str, Callable[[str, Context, str], Wording]] = {
    "int_parsing": _not_whole,
    "int_from_float": _not_whole,
    "float_parsing": _not_number,
    "bool_parsing": _not_yes,
    "greater_than_equal": _too_small,
    "greater_than": _too_small,
    "literal_error": _not_one_of,
    "string_pattern_mismatch": _not_shaped,
    "value_error": _refused,
}
