"""The page that the long suite writes."""

import re
from collections.abc import Iterator

from faults.criterion import Criterion
from faults.mix import Tally
from faults.rows.size import Size


def in_order(criteria: list[Criterion]) -> Iterator[Criterion]:
    """Rows as the catalogue has them, `all` first."""
    letters = {"a": 0, "F": 1, "S": 2, "B": 3}

    def place(each: Criterion) -> tuple[int, int]:
        number = re.sub(r"\D", "", each.row)
        return letters[each.row[0]], int(number or 0)

    yield from sorted(criteria, key=place)


def _line(each: Criterion) -> str:
    verdict = "holds" if each.holds else "**does not hold**"
    return f"| {each.row} | {each.what} | {each.bound} | {each.measured} | {verdict} |"


def measured_again(text: str, criteria: list[Criterion]) -> str:
    """A page with these rows in place of what it says of them."""
    lines, written = [], set()
    for line in text.splitlines():
        row = line.removeprefix("| ").partition(" |")[0]
        fresh = [_line(each) for each in criteria if each.row == row]
        if not fresh:
            lines.append(line)
        elif row not in written:
            lines += fresh
            written.add(row)
    return "\n".join(lines) + "\n"


def page(tally: Tally, criteria: list[Criterion], size: Size) -> str:
    """The whole page."""
    columns = ("whole", "error", "left", "hung", "wrong")
    rows = [
        f"| {name} | {ends.total():,} | " + " | ".join(f"{ends[column]:,}" for column in columns) + " |"
        for name, ends in tally.ends.items()
    ]
    total = [sum(ends.total() for ends in tally.ends.values())] + [tally.total(column) for column in columns]
    return "\n".join(
        [
            "# Faults the gateway was put through",
            "",
            "Written by `make gateway-faults`: the gateway as a process (S4: its storage code alone), scripted model",
            "servers and raw clients on loopback. Short forms of everything here run in `make test`",
            "(`services/gateway/tests`).",
            "",
            f"## {total[0]:,} requests, faults drawn at random (seed {size.seed})",
            "",
            "The seed decides faults, their order, the number of the gateway's processes, and who asks for a stream:",
            f"{tally.streamed:,} did.",
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
            "*Alone*: the same good clients just before, without the crowd. Crowds of F3 and F6, and the silent server,",
            "run in a process that gives way to all others on these two cores: they stand for other machines.",
            "",
            "| row | what | bound | measured | |",
            "|---|---|---|---|---|",
            *map(_line, in_order(criteria)),
            "",
        ]
    )
