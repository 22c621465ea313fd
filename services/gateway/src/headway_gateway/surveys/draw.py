"""A draw of winners, as it is recorded: enough to do it again and to see that it was not done otherwise."""

import re
from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from headway_gateway.errors import InvalidRequest
from headway_gateway.surveys import selection
from headway_gateway.surveys.answer import CHARACTER, AnswerId, ticket

DRAWS_PREFIX = "surveys/draws"
ENTRIES_PREFIX = "surveys/entries"
MAX_SEED_LENGTH = 64


class DrawRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a presenter asks for."""

    id: AnswerId
    winners: Annotated[Literal[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], msgspec.Meta(description="How many to draw.")] = 1
    seed: (
        Annotated[
            str,
            msgspec.Meta(
                pattern=rf"^{CHARACTER}+$(?!\n)",
                min_length=1,
                max_length=MAX_SEED_LENGTH,
                description="A seed agreed on in public, such as dice; without one the gateway draws 256 bits of its own.",
            ),
        ]
        | None
    ) = None


class Winner(msgspec.Struct, frozen=True):
    """One winner as recorded."""

    id: str
    ticket: str
    nickname: str


class Draw(msgspec.Struct, frozen=True):
    """A draw as recorded; written once."""

    id: str
    number: int
    algorithm: str
    version: int
    seed: str
    requested: int
    entries: int
    entries_sha256: str
    winners: tuple[Winner, ...]


class Announced(msgspec.Struct, frozen=True):
    """One winner as shown to everybody."""

    ticket: Annotated[str, msgspec.Meta(description="Equals the ticket that the winner's own submission returned.")]
    nickname: Annotated[
        str, msgspec.Meta(description="As the winner wrote it; empty if not given. Text, never markup.")
    ]


class Announcement(msgspec.Struct, frozen=True, omit_defaults=True):
    """The newest draw as shown to everybody, without ids or seed."""

    drawn: bool
    number: Annotated[int, msgspec.Meta(description="Counts the draws; a page shows each number once.")] = 0
    winners: tuple[Announced, ...] = ()


NOT_DRAWN = Announcement(drawn=False)
_REQUEST = msgspec.json.Decoder(DrawRequest)
_DRAW = msgspec.json.Decoder(Draw)


def decode_request(body: bytes) -> DrawRequest:
    """What a presenter asks for, or `InvalidRequest`."""
    try:
        return _REQUEST.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise InvalidRequest("The body is not a request for a draw.") from None


def decode(content: bytes) -> Draw:
    """The draw that `content` says."""
    return _DRAW.decode(content)


def key(number: int) -> str:
    """Where draw `number`, counted from 1, is kept; eight digits keep the order of listing that of the numbers."""
    return f"{DRAWS_PREFIX}/{number:08d}.json"


def entries_key(entries_sha256: str) -> str:
    """Where the ids of that digest are kept: answers handed in later are no part of a draw."""
    return f"{ENTRIES_PREFIX}/{entries_sha256}.txt"


def is_key(name: str) -> bool:
    """Whether this is the key of a draw; anything else under the prefix was put there by somebody else."""
    return re.fullmatch(rf"{DRAWS_PREFIX}/[0-9]{{8}}\.json", name) is not None


def announce(draw: Draw | None) -> Announcement:
    """What everybody may see of `draw`."""
    if draw is None:
        return NOT_DRAWN
    return Announcement(
        drawn=True,
        number=draw.number,
        winners=tuple(Announced(winner.ticket, winner.nickname) for winner in draw.winners),
    )


def repeat(draw: Draw, entries: Iterable[str]) -> list[str]:
    """The winners' ids again, from the recorded seed and the ids of all answers that took part.

    Raises ValueError if the ids are not those of the draw or its algorithm is another one.
    """
    taking_part = set(entries)
    if (draw.algorithm, draw.version) != (selection.ALGORITHM, selection.VERSION):
        raise ValueError(f"the draw was made by {draw.algorithm} version {draw.version}")
    if (len(taking_part), selection.digest(taking_part)) != (draw.entries, draw.entries_sha256):
        raise ValueError(f"{len(taking_part)} answers given are not the {draw.entries} of the draw")
    return selection.select(draw.seed, taking_part, draw.requested)


def winner(answer_id: str, nickname: str) -> Winner:
    """A winner as recorded."""
    return Winner(answer_id, ticket(answer_id), nickname)
