"""The gateway's long fault suite: many thousand faults, large crowds, long fuzzing; writes docs/reference/gateway-faults.md.

Everything runs on loopback between processes of this program, bounded in time. Ends with 1 if a criterion does not hold.
`PYTHONPATH=services/gateway/tests .venv/bin/python tools/gateway_faults.py --runs 10000 --seed 1`
"""

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from faults.backend import Fleet, fleet
from faults.criterion import Criterion
from faults.page import measured_again, page
from faults.rows.draining_servers import draining_servers
from faults.rows.elsewhere import many_files
from faults.rows.fuzzing import document, fuzz
from faults.rows.hostile_ids import hostile_ids
from faults.rows.hostile_requests import hostile_requests
from faults.rows.leaving_clients import leaving_clients
from faults.rows.mixture import mixture
from faults.rows.outages import outages
from faults.rows.retries import retries
from faults.rows.silent_servers import silent_servers
from faults.rows.size import FULL, Size
from faults.rows.slow_requests import slow_requests
from faults.rows.surveys import surveys
from faults.rows.termination import termination
from faults.rows.unread_streams import unread_streams

PAGE = Path("docs/reference/gateway-faults.md")
Measure = Callable[[Fleet, Size], list[Criterion]]
ROWS: dict[str, Measure] = {
    "F3": silent_servers,
    "F4": leaving_clients,
    "F5": unread_streams,
    "F6": slow_requests,
    "F7": outages,
    "F8": retries,
    "F9": termination,
    "F10": draining_servers,
    "S1-S4": surveys,
    "B1": lambda _, size: document(size),
    "B2, B3, B5": hostile_requests,
    "B4": hostile_ids,
}
"""What each measures by itself; F1, F2 and F11 are parts of the mix, and B6 needs a Python of its own."""


def measured(name: str, measure: Callable[[], list[Criterion]]) -> list[Criterion]:
    """One step, and how long it took."""
    begun = time.monotonic()
    criteria = measure()
    print(f"{name}: {len(criteria)} criteria in {time.monotonic() - begun:.0f} s", file=sys.stderr)
    return criteria


def main() -> int:
    """Run, write, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=FULL, help="every other count is in proportion")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=sorted(ROWS), action="append", help="rows to measure again, for the page")
    parser.add_argument("--page", type=Path, default=PAGE, help="where the page is written")
    parser.add_argument("--fuzz-python", type=Path, help="a Python that has atheris")
    parser.add_argument("--executions", type=int, default=1_000_000)
    given = parser.parse_args()
    many_files()
    size = Size(given.runs, given.seed)
    criteria: list[Criterion] = []
    with fleet() as servers:
        servers.add("a")
        servers.add("b")
        if not given.only:
            tally, criteria = mixture(servers, size)
        for name in given.only or ROWS:
            criteria += measured(name, partial(ROWS[name], servers, size))
    if given.fuzz_python:
        criteria += measured("B6", partial(fuzz, given.fuzz_python, given.executions))
    if given.only:
        given.page.write_text(measured_again(given.page.read_text(), criteria))
    else:
        print(*tally.examples, sep="\n", file=sys.stderr)
        given.page.write_text(page(tally, criteria, size))
    failed = [each for each in criteria if not each.holds]
    for each in failed:
        print(f"error: {each.row}: {each.what} is {each.measured}; the bound is {each.bound}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
