"""The page that the long suite writes."""

from dataclasses import dataclass

from faults.mix import Tally


@dataclass(frozen=True)
class Criterion:
    """One row of the catalogue, its bound, and what was measured."""

    row: str
    what: str
    bound: str
    measured: str
    holds: bool


def page(tally: Tally, criteria: list[Criterion], runs: int, seed: int) -> str:
    """The whole page."""
    columns = ("whole", "error", "left", "hung", "wrong")
    rows = [
        f"| {name} | {ends.total():,} | " + " | ".join(f"{ends[column]:,}" for column in columns) + " |"
        for name, ends in tally.ends.items()
    ]
    total = [sum(ends.total() for ends in tally.ends.values())] + [tally.total(column) for column in columns]
    judged = [
        f"| {each.row} | {each.what} | {each.bound} | {each.measured} | {'holds' if each.holds else '**does not hold**'} |"
        for each in criteria
    ]
    return "\n".join(
        [
            "# Faults the gateway was put through",
            "",
            "Written by `make gateway-faults`: the gateway as a process, scripted model servers and raw clients on",
            "loopback. Short forms of everything here run in `make test` (`services/gateway/tests/faults`).",
            "",
            f"## {runs:,} requests, faults drawn at random (seed {seed})",
            "",
            "*Whole*: every event and `[DONE]`. *Error*: OpenAI's error object, as a status or as the last event behind",
            "whole ones, and a clean end. *Left*: the client went away. *Hung*: no end in 20 s. *Wrong*: an end that the",
            "fault does not allow.",
            "",
            "| fault | runs | whole | error | left | hung | wrong |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "| **all** | " + " | ".join(f"**{number:,}**" for number in total) + " |",
            "",
            "## Criteria",
            "",
            "| row | what | bound | measured | |",
            "|---|---|---|---|---|",
            *judged,
            "",
        ]
    )
