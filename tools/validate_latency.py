"""Fits the constants of the latency model, judges them on what they have not seen, writes the page that says so.

    validate_latency.py            fit on every fitted row, leave each group out in turn, write the page
    validate_latency.py --check    the same, and fail if the page or the constants in speeds.py are not the result

Everything is deterministic: a coordinate search from fixed starting values, no clock, no randomness.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

from latency_fit import SEARCH, fit, span
from latency_page import render
from latency_rows import predict

from headway.recipes.measurements import load_measurements
from headway.recipes.speeds import CENTRAL

PAGE = Path(__file__).parent.parent / "docs/reference/latency-validation.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where the repository is not the result"
    )
    check = parser.parse_args().check
    rows = load_measurements()
    fitted = fit(rows)
    folds = {group: fit([row for row in rows if row.group != group]) for group in sorted({row.group for row in rows})}
    alone = {
        row.key: predict(row, fit([other for other in rows if other is not row], fitted)) for row in rows if row.fitted
    }
    page = render(rows, fitted, folds, alone)
    stale = [name for name in SEARCH if not math.isclose(getattr(fitted, name), getattr(CENTRAL, name), rel_tol=0.01)]
    for name in stale:
        print(
            f"{name}: {getattr(fitted, name):.4g} in {span(name, folds)}, speeds.py says {getattr(CENTRAL, name):.4g}"
        )
    if not check:
        PAGE.write_text(page, encoding="utf-8")
    elif stale or PAGE.read_text(encoding="utf-8") != page:
        sys.exit("not the result of the fit; run tools/validate_latency.py and write what it prints into speeds.py")


if __name__ == "__main__":
    main()
