"""Copies of the packaged files that a test may damage."""

import csv
from importlib.resources import files
from pathlib import Path

import pytest

from headway.catalog import CatalogFault, load_catalog

DATA = files("headway.catalog") / "data"
SHEETS = (
    *("accelerators.csv", "instance_types.csv", "prices.csv", "models.csv", "images.csv"),
    *("engine_flags.csv", "engine_flag_rules.csv"),
)
NAMES = (*SHEETS, "engines.yaml")

Rows = list[dict[str, str]]


def copy_catalog(directory: Path) -> Path:
    """All packaged files in `directory`."""
    for name in NAMES:
        (directory / name).write_text((DATA / name).read_text(encoding="utf-8"), encoding="utf-8")
    return directory


def read_rows(name: str, directory: Path | None = None) -> Rows:
    """The rows of a file as text, without the loader."""
    text = ((directory or DATA) / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def change(file: Path, where: str, **cells: str) -> int:
    """Sets cells of the first row whose first cell is `where`, and returns the row's line."""
    rows = read_rows(file.name, file.parent)
    index = next(i for i, row in enumerate(rows) if next(iter(row.values())) == where)
    rows[index].update(cells)
    write_rows(file, rows)
    return index + 2


def write_rows(file: Path, rows: Rows) -> None:
    """Writes rows back, one a line."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def fault_lines(directory: Path) -> list[str]:
    """The message of the one exception that loading `directory` raises, by line."""
    with pytest.raises(CatalogFault) as caught:
        load_catalog(directory)
    return str(caught.value).splitlines()
