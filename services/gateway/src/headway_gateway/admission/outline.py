"""What a large body may look like, judged on its bytes before anything of it is decoded.

Decoded, a body of empty messages takes ten times its own size, and the decoder's error about a key thirteen times that
key. Both are seen here, where a scan keeps nothing: what is refused for it costs no memory.
"""

import re

SHORT_BYTES = 4096
"""Longest key, name or word; only texts are longer."""
LONGEST_NUMBER_DIGITS = 1024
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
"""Nothing in it is ever tried a second way: before 3.11.5, Python forgot to go back in a possessive group (gh-106052)."""
_NAMES = b"role|type|name|id|tool_call_id|model|user"
"""Fields that are decoded as words: a long one is refused here."""
_TEXT = rb'"(?!(?:%b)")[^"\\]{1,256}+"\s*+:\s*+%b' % (_NAMES, _STRING)
_WORD = rb'"[^"\\]{0,%d}+"|"(?:[^"\\]|\\.){0,%d}+"' % (SHORT_BYTES, SHORT_BYTES)
_NUMBER = rb"[0-9]{1,%d}+(?![0-9])" % LONGEST_NUMBER_DIGITS
_BODY = re.compile(rb'(?:[^"0-9]++|%b|%b|%b)*+' % (_TEXT, _WORD, _NUMBER), re.DOTALL)
_TO_OBJECT = re.compile(rb'(?:[^"{]++|%b)*+\{' % _STRING, re.DOTALL)


def has_long_word(body: bytes) -> bool:
    """Whether a key, a name or a number is longer than any that passes, or a string has no end."""
    return _BODY.fullmatch(body) is None


def has_more_objects(json: memoryview, most: int) -> bool:
    """Whether more than `most` objects begin in this JSON; braces inside texts are none."""
    at = 0
    for _ in range(most + 1):
        found = _TO_OBJECT.match(json, at)
        if found is None:
            return False
        at = found.end()
    return True
