"""What a repair changes in an object's value; how it stands in the text is decided elsewhere."""

from dataclasses import dataclass
from typing import Any

from headway.policies.manifest import Path


@dataclass(frozen=True)
class Put:
    """A key of a mapping gets a value, whether it had one or not."""

    path: Path
    value: str | bool | tuple[tuple[str, str], ...]
    """A text, a truth value, or the keys and texts of a small mapping."""


@dataclass(frozen=True)
class Drop:
    """A key of a mapping, or an item of a list, goes away."""

    path: Path


@dataclass(frozen=True)
class Swap:
    """A word inside a text becomes another, everywhere in it."""

    path: Path
    old: str
    new: str


@dataclass(frozen=True)
class Quote:
    """A number or a boolean becomes the text that it is written as."""

    path: Path


Change = Put | Drop | Swap | Quote


class LeftAlone(Exception):
    """A finding that is not repaired; the message says why."""


DROPPED: Any = object()
"""In place of a value: there is none any more."""


def plain_copy(value: Any) -> Any:
    """A copy in which nothing is shared, as if every alias were written out."""
    if isinstance(value, dict):
        return {key: plain_copy(inner) for key, inner in value.items()}
    return [plain_copy(item) for item in value] if isinstance(value, list) else value


def put(value: Any, path: Path, after: Any) -> None:
    """Changes one place of a plain copy; its parents exist."""
    for key in path[:-1]:
        value = value[key]
    if after is DROPPED:
        del value[path[-1]]
    else:
        value[path[-1]] = after


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal in type too: 1, 1.0, true and "1" all differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    return type(one) is type(other) and bool(one == other)
