"""Repeat a recorded draw: `python -m headway_gateway.surveys.audit [NUMBER]`.

Reads the draw and the ids that took part from the bucket that `HEADWAY_GATEWAY_RESPONSES_BUCKET` names (with
`…_S3_ENDPOINT` where it is not AWS's), checks that those ids are the ones of the draw's digest and that each one's
answer is stored, and draws again from the recorded seed.
Exit status: 0 the same winners, 1 other winners or other answers, 2 nothing to audit.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from headway_gateway.errors import GatewayError
from headway_gateway.metrics import Metrics
from headway_gateway.settings import Settings
from headway_gateway.storage import Objects, open_objects
from headway_gateway.surveys import answer as answers
from headway_gateway.surveys.draw import Draw, decode, entries_key, key, repeat
from headway_gateway.surveys.draw_log import DrawLog

SAME_WINNERS = 0
OTHERWISE = 1
NOTHING = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the audit and print its verdict; returns the exit status."""
    parser = argparse.ArgumentParser(prog="headway_gateway.surveys.audit", description="Repeat a recorded draw.")
    parser.add_argument("number", nargs="?", type=int, help="which draw; without it the newest")
    options = parser.parse_args(arguments)
    objects = open_objects(Settings(), Metrics())
    if objects is None:
        return _say(NOTHING, "error: no bucket: set HEADWAY_GATEWAY_RESPONSES_BUCKET")
    try:
        return asyncio.run(_audit(objects, options.number))
    except GatewayError as error:
        return _say(NOTHING, f"error: {error.message}")


async def _audit(objects: Objects, number: int | None) -> int:
    draw = await _recorded(objects, number)
    if draw is None:
        return _say(NOTHING, "error: no such draw")
    listed = await objects.get(entries_key(draw.entries_sha256)) or b""
    entries = listed.decode().split()
    missing = set(entries) - set(answers.ids(await objects.keys(answers.ANSWERS_PREFIX)))
    if missing:
        return _say(OTHERWISE, f"draw {draw.number}: {len(missing)} that took part have no stored answer")
    return _judge(draw, entries)


async def _recorded(objects: Objects, number: int | None) -> Draw | None:
    if number is None:
        return await DrawLog(objects).newest()
    content = await objects.get(key(number))
    return None if content is None else decode(content)


def _judge(draw: Draw, entries: list[str]) -> int:
    try:
        winners = repeat(draw, entries)
    except ValueError as error:
        return _say(OTHERWISE, f"draw {draw.number}: cannot be repeated: {error}")
    if winners != [winner.id for winner in draw.winners]:
        return _say(OTHERWISE, f"draw {draw.number}: other winners than recorded")
    tickets = ", ".join(answers.ticket(winner) for winner in winners)
    return _say(SAME_WINNERS, f"draw {draw.number}: the same winners among {draw.entries} answers: {tickets}")


def _say(status: int, verdict: str) -> int:
    print(verdict, file=sys.stdout if status == SAME_WINNERS else sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
