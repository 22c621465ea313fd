"""The measured rows, and what is refused of them."""

import csv
from pathlib import Path

import pytest

from headway.catalog import CatalogFault
from headway.recipes import measurements
from headway.recipes.measurements import FILE, load_measurements
from unit.recipes.builders import CATALOG

PACKAGED = Path(measurements.__file__).parent / "data" / FILE


@pytest.fixture
def with_cell(tmp_path):
    """A folder with the packaged rows and one cell of the first row changed."""

    def change(column: str, value: str) -> Path:
        with PACKAGED.open(newline="") as packaged:
            header, first, *rest = csv.reader(packaged)
        first[header.index(column)] = value
        with (tmp_path / FILE).open("w", newline="") as changed:
            csv.writer(changed).writerows([header, first, *rest])
        return tmp_path

    return change


def test_every_row_says_where_and_when_it_is_from() -> None:
    rows = load_measurements()
    assert len(rows) > 80
    assert all(row.source and row.as_of for row in rows)
    assert len({row.group for row in rows}) >= 8


def test_rows_that_are_not_fitted_say_why() -> None:
    assert [row.key for row in load_measurements() if not row.fitted and not (row.note or row.engine)] == []


def test_every_row_has_its_accelerator() -> None:
    for row in load_measurements():
        assert measurements.accelerator_of(row, CATALOG).memory_bandwidth_gb_per_second


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("gpu", "l5", "gpu: 'l5' is not known"),
        ("model", "Qwen/Qwen2.5-7B", "did you mean Qwen/Qwen2.5-7B-Instruct?"),
        ("batch", "", "batch: is empty; a row of kind tpot_p50 needs it"),
        ("measured", "0", "measured: 0 is too small"),
        ("kind", "tpot", "kind: 'tpot' is not known here"),
        ("source", "", "source: is empty"),
        ("as_of", "2026-02-30", "is not a date"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_line(with_cell, column: str, value: str, message: str) -> None:
    with pytest.raises(CatalogFault) as fault:
        load_measurements(with_cell(column, value))
    assert f"{FILE}:2: " in str(fault.value)
    assert message in str(fault.value)
