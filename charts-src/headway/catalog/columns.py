"""Which columns a noun has in its CSV file, and how the cells of a row become its fields.

A plain field is a column of the same name. A noun inside a noun, and a mapping with known keys, take one
column for each part, joined by `_`: `allocatable_memory_mib`, `weight_bytes_awq`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args, get_origin

from headway.domain.noun import Noun, Unit

Path = tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """One column of a file."""

    name: str
    """Name in the header."""
    path: Path
    """Where the value goes in the noun."""
    unit: str | None
    """Unit of the number, where it has one."""
    required: bool
    """Whether the field must be given; an empty cell of any other column is left to the field's default."""


@cache
def columns_of(noun: type[Noun]) -> Mapping[str, Column]:
    """The columns of a noun's file by name, in the order of its fields."""
    return {column.name: column for column in _walk(noun, ())}


def nested(cells: Mapping[str, str], columns: Mapping[str, Column]) -> dict[str, Any]:
    """The cells as the noun's constructor takes them; an empty cell of an optional field is left out."""
    tree: dict[str, Any] = {}
    for column in columns.values():
        branch = tree
        for part in column.path[:-1]:
            branch = branch.setdefault(part, {})
        cell = cells.get(column.name, "")
        if cell or column.required:
            branch[column.path[-1]] = cell or None
    return tree


def _walk(noun: type[Noun], above: Path) -> Iterator[Column]:
    for name, field in noun.model_fields.items():
        path = (*above, name)
        kind: Any = field.annotation
        if isinstance(kind, type) and issubclass(kind, Noun):
            yield from _walk(kind, path)
        elif get_origin(kind) is dict:
            keys, values = get_args(kind)
            for key in get_args(keys):
                yield Column(f"{name}_{key}", (*path, key), _unit(values), required=False)
        else:
            unit = _unit(kind) or next((m.name for m in field.metadata if isinstance(m, Unit)), None)
            yield Column("_".join(path), path, unit, field.is_required())


def _unit(kind: Any) -> str | None:
    """The unit inside `Mebibytes | None`, where the field's own metadata does not show it."""
    for part in (*getattr(kind, "__metadata__", ()), *get_args(kind)):
        unit = part.name if isinstance(part, Unit) else _unit(part)
        if unit:
            return unit
    return None
