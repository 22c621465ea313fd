"""JSON into what a request may hold; the decoder's complaint becomes a refusal that repeats nothing of the request."""

import re
from typing import TypeVar

import msgspec
from msgspec import Raw

from headway_gateway.errors import FieldRefused, InvalidRequest

_UNKNOWN = re.compile(r"unknown field `([a-z_]{1,40})`")
_PLACE = re.compile(r" - at `\$\.([a-z_]{1,40})[^`]*`$")
_LAST = re.compile(r"\.([a-z_]{1,40})`$")
NEVER = frozenset({"cache_salt", "suffix", "refusal", "annotations", "audio", "function_call"})
"""Fields that may be null, or empty, and nothing else."""
Decoded = TypeVar("Decoded")


def decoded(decoder: "msgspec.json.Decoder[Decoded]", json: bytes | Raw, param: str | None = None) -> Decoded:
    """The request, or its field `param`. Raises `InvalidRequest` or `FieldRefused`."""
    try:
        return decoder.decode(json)
    except msgspec.ValidationError as error:
        raise _refused(str(error), param) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidRequest("the body is not JSON", param=param) from None


def field_refused(name: str | None) -> FieldRefused:
    """A field that never passes."""
    return FieldRefused(f"the field {name or 'given'} does not pass this gateway; leave it out", param=name)


def _refused(message: str, param: str | None) -> InvalidRequest:
    """The decoder's message names types and places, never values; an unknown field is named if it looks like one."""
    if "unknown field" in message:
        named = _UNKNOWN.search(message)
        return field_refused(named[1] if named else None)
    last = _LAST.search(message)
    if last and last[1] in NEVER:
        return field_refused(last[1])
    place = _PLACE.search(message)
    param = param or (place[1] if place else None)
    fault = message.split(" - at `")[0]
    if "enum value" in message:
        fault = "a value that is not one of those allowed"
    return InvalidRequest(f"{param or 'the body'}: {fault[0].lower()}{fault[1:]}", param=param)
