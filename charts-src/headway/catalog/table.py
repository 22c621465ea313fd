"""Reads one CSV file into rows that remember their line, and says what is wrong with its header and shape."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from io import StringIO

from headway.domain.fault import Fault, did_you_mean


@dataclass(frozen=True)
class Row:
    """One line of a file as text."""

    line: int
    """First line of the row as an editor shows it; a quoted cell may span several."""
    cells: Mapping[str, str]
    """Text by column, without surrounding blanks."""


@dataclass(frozen=True)
class Table:
    """One file as text."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]


def read_table(file: Traversable, expected: Iterable[str]) -> Table:
    """Reads `file`, which should have exactly the columns of `expected` in any order."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return _unreadable(file, "is not there", f"write {file.name} with a header and one row a fact")
    except UnicodeDecodeError:
        return _unreadable(file, "is not UTF-8", "save it as UTF-8")
    lines = list(_lines(text))
    if not lines:
        return _unreadable(file, "is empty", f"begin with the header {','.join(expected)}")
    (line, header), *body = lines
    faults = list(_header_faults(file.name, line, header, tuple(expected)))
    rows = []
    for number, cells in body:
        if len(cells) == len(header):
            rows.append(Row(number, dict(zip(header, cells, strict=True))))
        else:
            wrong = f"has {len(cells)} cells"
            faults.append(Fault(file.name, number, "row", wrong, f"the header has {len(header)} columns"))
    return Table(file.name, tuple(header), tuple(rows), tuple(faults))


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(StringIO(text))
    begins = 1
    for cells in reader:
        if cells:
            yield begins, [cell.strip() for cell in cells]
        begins = reader.line_num + 1


def _header_faults(file: str, line: int, header: list[str], expected: tuple[str, ...]) -> Iterator[Fault]:
    missing = [name for name in expected if name not in header]
    for position, name in enumerate(header):
        if name not in expected:
            right = did_you_mean(name, missing or expected, "remove it")
            yield Fault(file, line, name or "row", "is not a column of this file", right)
        elif name in header[:position]:
            yield Fault(file, line, name, "is there twice", "keep one")
    for name in missing:
        yield Fault(file, line, name, "is missing", "add the column; an empty cell means not verified")


def _unreadable(file: Traversable, wrong: str, right: str) -> Table:
    return Table(file.name, (), (), (Fault(file.name, 1, "file", wrong, right),))
