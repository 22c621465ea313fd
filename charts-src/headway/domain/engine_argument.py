"""Values that a deployment may give an engine's further flags."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator

from headway.domain.noun import spelled

Scalar = bool | int | float | str
ArgumentValue = Scalar | tuple[Scalar, ...]


def _plain(value: Any) -> Any:
    """Lists become tuples; anything an argument cannot be is refused with what would be right."""
    if isinstance(value, list | tuple):
        if all(isinstance(part, Scalar) for part in value):
            return tuple(value)
        raise ValueError("holds a list of more than plain values; write nested values as JSON in quotes")
    if isinstance(value, Mapping):
        raise ValueError("is a mapping; write it as JSON in quotes")
    if not isinstance(value, Scalar):
        raise ValueError("is neither a switch, a number, a text nor a list of them; put a text in quotes")
    return value


FlagKey = Annotated[
    str, spelled(r"[A-Za-z0-9][\w.-]*", "written as flags are here, without dashes (max-num-batched-tokens)")
]
EngineArgumentsStated = dict[FlagKey, Annotated[ArgumentValue, BeforeValidator(_plain)]]
"""Further arguments by flag, without dashes."""


def as_texts(value: ArgumentValue) -> tuple[str, ...]:
    """A value as words of a command line: numbers as YAML has them, lists in their order."""
    parts = value if isinstance(value, tuple) else (value,)
    return tuple(str(part).lower() if isinstance(part, bool) else f"{part}" for part in parts)
