"""Draws the coverage table: one row a model, one column an accelerator, the colour says what a million tokens cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

Label = tuple[str, float | None]
"""What is served (`no` where nothing is, `?` where nobody knows), and USD for a million output tokens."""
LABEL_WIDTH, COLUMN, ROW, TOP = 330, 132, 40, 118
BANDS = ((0.25, "b1"), (0.5, "b2"), (1.0, "b3"), (2.5, "b4"), (5.0, "b5"), (float("inf"), "b6"))
"""Upper end of each band in USD a million tokens, and its class."""
STYLE = """
text { font-family: ui-sans-serif, system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
.paper { fill: #ffffff }
.small { font-size: 13px } .name { font-size: 15px } .head { font-size: 16px; font-weight: 600 }
.cell { font-size: 14px; font-weight: 600; text-anchor: middle; fill: #14181d }
.price { font-size: 12px; text-anchor: middle; fill: #14181d } .none { font-size: 14px; text-anchor: middle; fill: #6e7781 }
.b1 { fill: #a8ddb5 } .b2 { fill: #d4ebb0 } .b3 { fill: #fbe9a2 } .b4 { fill: #fbc98e } .b5 { fill: #f3a79b }
.b6 { fill: #d98aa0 }
.unknown { fill: #c9d4e3 } .rule { stroke: #d0d7de }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .paper { fill: #0d1117 } .none { fill: #8b949e } .rule { stroke: #30363d }
  .cell, .price { fill: #14181d }
}
"""


def draw(rows: Mapping[str, Mapping[str, Label]], columns: Sequence[str], caption: tuple[str, str]) -> str:
    """The picture as SVG that needs nothing from anywhere else."""
    width, height = LABEL_WIDTH + COLUMN * len(columns) + 20, TOP + ROW * len(rows) + 20
    body = "\n".join((*_head(columns, caption), *_body(rows, columns, width)))
    return (
        f'<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">\n'
        f"<title>What each model needs on each accelerator</title>\n<style>{STYLE}</style>\n"
        f'<rect class="paper" width="{width}" height="{height}" rx="8"/>\n{body}\n</svg>\n'
    )


def _head(columns: Sequence[str], caption: tuple[str, str]) -> Iterator[str]:
    yield f'<text class="small" x="16" y="24">{escape(caption[0])}</text>'
    yield f'<text class="small" x="16" y="44">{escape(caption[1])}</text>'
    yield from _legend()
    for index, column in enumerate(columns):
        x = LABEL_WIDTH + COLUMN * index + COLUMN / 2
        yield f'<text class="head" x="{x:g}" y="{TOP - 12}" text-anchor="middle">{escape(column)}</text>'


def _legend() -> Iterator[str]:
    names = ["under $0.25", "to $0.50", "to $1.00", "to $2.50", "to $5.00", "above"]
    kinds = [*zip((band for _, band in BANDS), names, strict=True), ("unknown", "price or speed not known")]
    x = 16
    for band, name in kinds:
        yield f'<rect class="{band}" x="{x}" y="56" width="18" height="18" rx="3"/>'
        yield f'<text class="small" x="{x + 24}" y="70">{escape(name)}</text>'
        x += 44 + 8 * len(name)


def _body(rows: Mapping[str, Mapping[str, Label]], columns: Sequence[str], width: int) -> Iterator[str]:
    for index, (model, cells) in enumerate(rows.items()):
        y = TOP + ROW * index
        yield f'<line class="rule" x1="16" x2="{width - 16}" y1="{y}" y2="{y}"/>'
        yield f'<text class="name" x="16" y="{y + 25}">{escape(model.rsplit("/", 1)[-1])}</text>'
        for column, heading in enumerate(columns):
            yield from _cell(cells[heading], LABEL_WIDTH + COLUMN * column, y)


def _cell(label: Label, x: int, y: int) -> Iterator[str]:
    served, price = label
    middle = x + COLUMN / 2
    if served in ("no", "?"):
        yield f'<text class="none" x="{middle:g}" y="{y + 25}">{served}</text>'
        return
    band = "unknown" if price is None else next(band for most, band in BANDS if price <= most)
    yield f'<rect class="{band}" x="{x + 3}" y="{y + 3}" width="{COLUMN - 6}" height="{ROW - 6}" rx="4"/>'
    if price is None:
        yield f'<text class="cell" x="{middle:g}" y="{y + 25}">{escape(served)}</text>'
        return
    yield f'<text class="cell" x="{middle:g}" y="{y + 18}">{escape(served)}</text>'
    yield f'<text class="price" x="{middle:g}" y="{y + 33}">${price:.2f}</text>'
