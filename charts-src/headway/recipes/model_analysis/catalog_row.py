"""The row of `catalog/data/models.csv` that says what a card says."""

import csv
from io import StringIO
from typing import Any

from headway.catalog.columns import columns_of
from headway.domain.model_card import ModelCard


def catalog_header() -> str:
    """The header of the file, without a line end."""
    return ",".join(columns_of(ModelCard))


def catalog_row(card: ModelCard) -> str:
    """The card's row, without a line end; what is not known is an empty cell."""
    facts = card.model_dump()
    line = StringIO()
    cells = [_cell(facts, column.path) for column in columns_of(ModelCard).values()]
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def _cell(facts: Any, path: tuple[str, ...]) -> str:
    for part in path:
        facts = facts.get(part) if facts is not None else None
    return "" if facts is None else str(facts)
