"""A sheet: the nouns of one file, each with the line it came from, and the faults of that file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from typing import Generic, TypeVar

from pydantic import ValidationError

from headway.catalog.cells import not_a_date, wording
from headway.catalog.columns import Column, columns_of, nested
from headway.catalog.table import Row, Table, read_table
from headway.domain.fault import Fault
from headway.domain.noun import Noun

N = TypeVar("N", bound=Noun)
Key = tuple[str, ...]


@dataclass(frozen=True)
class Sheet(Generic[N]):
    """One file of the catalog, read and checked row by row."""

    file: str
    lines: tuple[tuple[int, N], ...]
    """Each noun that could be built, after the line it is on."""
    keys: Mapping[Key, int]
    """First line of every key, wrong rows included: one typing error is one fault. Empty if unreadable."""
    faults: tuple[Fault, ...]

    @property
    def nouns(self) -> tuple[N, ...]:
        """The nouns in the order of the file."""
        return tuple(noun for _, noun in self.lines)


def read_sheet(directory: Traversable, file: str, noun: type[N], key: Key) -> Sheet[N]:
    """Reads the nouns of one file; `key` names the columns that no two rows may share."""
    columns = columns_of(noun)
    table = read_table(directory / file, columns)
    faults = list(table.faults)
    lines: list[tuple[int, N]] = []
    keys: dict[Key, int] = {}
    for row in table.rows:
        built, row_faults = _build(table, row, noun, columns)
        faults += row_faults
        if built is not None:
            lines.append((row.line, built))
        name = tuple(row.cells.get(part, "") for part in key)
        first = keys.setdefault(name, row.line) if all(name) else row.line
        if first != row.line:
            wrong = f"{' '.join(name)} is also on line {first}"
            faults.append(Fault(file, row.line, key[0], wrong, "keep one row"))
    return Sheet(file, tuple(lines), keys, tuple(faults))


def _build(table: Table, row: Row, noun: type[N], columns: Mapping[str, Column]) -> tuple[N | None, list[Fault]]:
    """The noun of a row, or its faults; what the header lacks was reported once, in the header."""
    faults = list(_infinite(table.file, row, columns))
    told = {fault.path for fault in faults}
    try:
        built = noun.model_validate(nested(row.cells, columns))
    except ValidationError as error:
        for entry in error.errors(include_url=False):
            column = columns["_".join(str(part) for part in entry["loc"])]
            if column.name in table.columns and column.name not in told:
                faults.append(Fault(table.file, row.line, column.name, *wording(entry, column)))
        return None, faults
    faults += _undated(table.file, row)
    return (None if faults else built), faults


def _infinite(file: str, row: Row, columns: Mapping[str, Column]) -> Iterator[Fault]:
    """Python reads `nan` and `inf` as numbers; a catalog has neither."""
    for column in columns.values():
        cell = row.cells.get(column.name, "")
        if column.unit and cell.lstrip("+-").lower() in {"nan", "inf", "infinity"}:
            wrong = f"{cell!r} is not a finite number"
            yield Fault(file, row.line, column.name, wrong, "leave it empty where not verified")


def _undated(file: str, row: Row) -> Iterator[Fault]:
    """The pattern of the field lets 2026-02-30 through."""
    try:
        date.fromisoformat(row.cells["as_of"])
    except ValueError:
        yield Fault(file, row.line, "as_of", *not_a_date(row.cells["as_of"]))
