"""Texts as the request has them: JSON strings that are counted and passed on, never decoded as a whole when they are long.

Python gives every character of a text as many bytes as its widest one needs, so that one emoji makes a text four times
as long. The decoder has judged the escapes of a string that it kept as `Raw`; that its bytes are UTF-8 is judged here.
"""

import codecs

import msgspec
from msgspec import Raw

from headway_gateway.admission.decoding import decoded
from headway_gateway.errors import InvalidRequest

PIECE_BYTES = 16_384
"""What of a long text is looked at together."""
LONGEST_ESCAPES_BYTES = 12
r"""A pair of surrogates: `\ud83d\ude42`."""
_string = msgspec.json.Decoder(str)
_utf8 = codecs.getincrementaldecoder("utf-8")


def is_long(text: Raw) -> bool:
    """Whether it is a text, and a long one."""
    json = memoryview(text)
    return len(json) > PIECE_BYTES and json[0] == ord('"')


def measured(text: Raw, param: str) -> tuple[int, str]:
    """The characters of the text in the field `param` and its beginning, which is all of a short one.

    In a text longer than `PIECE_BYTES` a pair of surrogate escapes counts as two characters. Raises `InvalidRequest`.
    """
    if not is_long(text):
        whole = decoded(_string, text, param)
        return len(whole), whole
    json = memoryview(text)
    try:
        return _characters(json[1:-1]), _beginning(json)
    except UnicodeDecodeError:
        raise InvalidRequest("the body is not JSON", param=param) from None


def check_utf8(json: memoryview, param: str) -> None:
    """Raise `InvalidRequest` where the field `param` is not UTF-8."""
    decoder = _utf8()
    try:
        for start in range(0, len(json), PIECE_BYTES):
            decoder.decode(json[start : start + PIECE_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise InvalidRequest("the body is not JSON", param=param) from None


def _characters(inside: memoryview) -> int:
    """Code points less what escapes are longer than the character they stand for."""
    decoder = _utf8()
    count = start = 0
    while start < len(inside):
        piece = bytes(inside[start : start + PIECE_BYTES])
        if (len(piece) - len(piece.rstrip(b"\\"))) % 2:
            piece = piece[:-1]  # the first half of an escape
        start += len(piece)
        count += len(decoder.decode(piece)) - _longer_by_escapes(piece)
    decoder.decode(b"", final=True)
    return count


def _longer_by_escapes(piece: bytes) -> int:
    backslashes = piece.count(rb"\\")
    others = piece.replace(rb"\\", b"") if backslashes else piece
    return backslashes + others.count(b"\\") + 4 * others.count(rb"\u")


def _beginning(json: memoryview) -> str:
    """The text's first piece; one cut inside a character or its escape is no JSON, so it is cut a little earlier."""
    for end in range(PIECE_BYTES, PIECE_BYTES - LONGEST_ESCAPES_BYTES, -1):
        try:
            return _string.decode(bytes(json[:end]) + b'"')
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    raise UnicodeDecodeError("utf-8", bytes(json[:PIECE_BYTES]), 0, PIECE_BYTES, "not UTF-8")
