"""One person's answer to the survey: what it may hold, its place in the bucket, its ticket.

The id is the client's own random one, so that an answer sent twice is one answer. It alone names the object: no
clock is part of the key, or the same answer sent before and after midnight would be two.
"""

import hashlib
from typing import Annotated, Literal

import msgspec

from headway_gateway.errors import InvalidRequest

ANSWERS_PREFIX = "surveys/answers"
COMPANY_MAX_LENGTH = 100
NICKNAME_MAX_LENGTH = 40
MAX_BODY_BYTES = 4096
"""More than the longest texts need when each of their characters is written as a pair of \\u escapes."""

UUID4 = "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
# One line that reads as it is stored: no control characters, line breaks or bidirectional marks. ZWJ and ZWNJ stay:
# names in Persian or Hindi need them. Each pattern looks ahead at its end because `$` alone lets a newline pass.
CHARACTER = r"[^\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
LINE = rf"^{CHARACTER}*$(?!\n)"
NAME = rf"^(?!\s*$){CHARACTER}+$(?!\n)"

AnswerId = Annotated[
    str,
    msgspec.Meta(
        pattern=UUID4,
        min_length=36,
        max_length=36,
        description="A random UUID (version 4, lower case) made by the client once and sent again with every retry.",
    ),
]


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer to the survey."""

    id: AnswerId
    rating: Annotated[Literal[1, 2, 3, 4, 5], msgspec.Meta(description="From 1, poor, to 5, excellent.")]
    company: Annotated[str, msgspec.Meta(pattern=NAME, min_length=1, max_length=COMPANY_MAX_LENGTH)]
    nickname: Annotated[
        str,
        msgspec.Meta(
            pattern=LINE,
            max_length=NICKNAME_MAX_LENGTH,
            description="Shown to everybody if this answer wins; empty shows the ticket alone.",
        ),
    ] = ""

    def content(self) -> bytes:
        """What is stored: the same bytes for the same answer, whenever and wherever it is sent."""
        return msgspec.json.encode(self, order="deterministic")


_DECODER = msgspec.json.Decoder(Answer)


def decode(body: bytes) -> Answer:
    """The answer in a request's body, or `InvalidRequest` naming the field at fault; nothing of it is repeated."""
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest("The body is not a survey answer.", param=_field(error)) from None


def stored(content: bytes) -> Answer:
    """The answer that `content` says."""
    return _DECODER.decode(content)


def key(answer_id: str) -> str:
    """Where the answer of a checked id is kept."""
    return f"{ANSWERS_PREFIX}/{answer_id}.json"


def ids(keys: list[str]) -> list[str]:
    """The ids of listed answers; anything else under the prefix is no answer of this program and is left out."""
    names = (key.removeprefix(f"{ANSWERS_PREFIX}/").removesuffix(".json") for key in keys)
    return [name for name in names if _is_id(name)]


def ticket(answer_id: str) -> str:
    """Eight characters by which a page knows its own answer among the winners; the id itself is not shown."""
    digest = hashlib.sha256(b"headway survey ticket\0" + answer_id.encode()).hexdigest().upper()
    return f"{digest[:4]}-{digest[4:8]}"


def _is_id(name: str) -> bool:
    try:
        msgspec.convert(name, AnswerId)
    except msgspec.ValidationError:
        return False
    return True


def _field(error: Exception) -> str | None:
    # msgspec ends its message with the path of the field: "… - at `$.rating`".
    _, _, path = str(error).rpartition(" - at `$.")
    field = path.removesuffix("`")
    return field if field in Answer.__struct_fields__ else None
