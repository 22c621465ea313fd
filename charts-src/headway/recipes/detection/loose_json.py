"""JSON as GPU tools print it: with warnings before it, numbers as text, units apart."""

import json
import re
from typing import Any

from headway.recipes.detection.device import mib

AMOUNT = re.compile(r"\s*(\d{1,18}(?:\.\d{1,6})?)\s*([A-Za-z]*)\s*")


def loads(text: str) -> tuple[Any, str]:
    """The first JSON value that is an object or a list, or `None` and what is wrong."""
    begin = re.search(r"^\s*[\[{]", text, re.MULTILINE)
    if begin is None:
        return None, "there is no JSON in it"
    try:
        return json.JSONDecoder().raw_decode(text, begin.end() - 1)[0], ""
    except json.JSONDecodeError as error:
        return None, f"line {error.lineno} column {error.colno} is not JSON: {error.msg}"
    except (RecursionError, ValueError):
        return None, "is nested too deeply or has a number too long"


def amount_mib(value: Any, unit: str = "MB") -> int | None:
    """MiB in `196592`, `"196592 MB"` or `{"value": 196592, "unit": "MB"}`; `None` for `N/A` and the like."""
    if isinstance(value, dict):
        given = value.get("unit")
        return amount_mib(value.get("value"), given if isinstance(given, str) else unit)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    found = AMOUNT.fullmatch(value if isinstance(value, str) else repr(value))
    return mib(float(found[1]), found[2] or unit) if found else None


def word(value: Any) -> str:
    """A text on one line; empty for `N/A`, and for what is no text."""
    if not isinstance(value, str):
        return ""
    text = " ".join(value.split())
    return "" if text.strip("[]").lower() in NOTHING else text


NOTHING = {"", "n/a", "not supported", "unknown error", "insufficient permissions", "none", "unknown"}


def shown(value: Any) -> str:
    """A value in a message, at most a line long."""
    text = ascii(value)
    return text if len(text) <= 60 else text[:57] + "..."
