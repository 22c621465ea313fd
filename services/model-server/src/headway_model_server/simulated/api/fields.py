"""Types and ranges of the fields that decide something here; fields that change nothing are not looked at."""

from collections.abc import Mapping
from typing import Any

from headway_model_server.simulated.api.errors import Invalid, Malformed

MOST_N = 16384
"""vLLM's own bound of `n`."""
TYPES: Mapping[str, tuple[type, ...]] = {
    "model": (str,),
    "messages": (list,),
    "max_tokens": (int,),
    "max_completion_tokens": (int,),
    "min_tokens": (int,),
    "n": (int,),
    "seed": (int,),
    "stream": (bool,),
    "stream_options": (dict,),
    "ignore_eos": (bool,),
    "include_stop_str_in_output": (bool,),
    "echo": (bool,),
    "temperature": (int, float),
    "top_p": (int, float),
    "stop": (str, list),
    "cache_salt": (str,),
}
WORDS = {
    str: ("string_type", "string"),
    list: ("list_type", "list"),
    int: ("int_type", "integer"),
    float: ("float_type", "number"),
    bool: ("bool_type", "boolean"),
    dict: ("dict_type", "dictionary"),
}


def checked_types(body: Mapping[str, Any], needed: tuple[str, ...]) -> None:
    """Raises `Malformed` for the first field of the wrong type or missing, `Invalid` for a sampling value out of range."""
    for name in needed:
        if body.get(name) is None:
            raise Malformed.of("missing", f"body.{name}", "Field required", f"<dict of {len(body)} items>")
    for name, types in TYPES.items():
        value = body.get(name)
        if value is None or (isinstance(value, types) and (bool in types or not isinstance(value, bool))):
            continue
        kind, word = WORDS[types[-1] if types[-1] is float else types[0]]
        raise Malformed.of(kind, f"body.{name}", f"Input should be a valid {word}", f"<{type(value).__name__}>")
    temperature, top_p = body.get("temperature"), body.get("top_p")
    if temperature is not None and temperature < 0:
        raise Invalid.of(f"temperature must be non-negative, got {temperature}.", "temperature", temperature)
    if top_p is not None and not 0 < top_p <= 1:
        raise Invalid.of(f"top_p must be in (0, 1], got {top_p}.", "top_p", top_p)


def at_least(body: Mapping[str, Any], name: str, default: int, least: int) -> int:
    """A whole number of at least `least`. Raises `Invalid`."""
    value = body.get(name)
    if value is None:
        return default
    if value < least:
        raise Invalid.of(f"{name} must be at least {least}, got {value}.", name, value)
    return int(value)


def stop_strings(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The stop strings. Raises `Invalid`."""
    stop = body.get("stop")
    strings = [stop] if isinstance(stop, str) else stop or []
    if any(not isinstance(one, str) for one in strings):
        raise Malformed.of(
            "string_type", "body.stop", "Input should be a valid string", f"<list of {len(strings)} items>"
        )
    if "" in strings:
        raise Invalid.of("stop cannot contain an empty string.", "stop", stop)
    return tuple(strings)
