"""Words of a formula, cut as expr's lexer cuts them (expr-lang/expr v1.17.8, `parser/lexer/state.go`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from headway.scaling.expression.errors import FormulaError, NotUnderstood
from headway.scaling.expression.names import in_word

_SPACES = frozenset("\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | {
    chr(code) for code in range(0x2000, 0x200B)
}
_OPERATOR_WORDS = frozenset("and contains else endsWith if in let matches not or startsWith".split())
_NUMBER = re.compile(
    r"""(?: 0[xX][0-9a-fA-F_]* (?:\.(?!\.)[0-9a-fA-F_]*)?
          | 0[oO][0-7_]* (?:\.(?!\.)[0-7_]*)? (?:[eE][+-]?[0-7_]*)?
          | 0[bB][01_]* (?:\.(?!\.)[01_]*)? (?:[eE][+-]?[01_]*)?
          | [0-9_]* (?:\.(?!\.)[0-9_]*)? (?:[eE][+-]?[0-9_]*)? )""",
    re.VERBOSE,
)
_COMMENT = re.compile(r"//[^\n]*\n?|/\*.*?\*/", re.DOTALL)
_OPERATOR = re.compile(r"\|\|?|::?|\?[.?]?|\.\.?|##?|[&!=*<>][&=*]?|[,;%+\-^/]")

MAX_LENGTH = 5000
"""Characters. Within them no formula reaches the 10,000 nodes at which expr gives up."""

Kind = Literal["number", "name", "operator", "bracket", "end"]


@dataclass(frozen=True)
class Token:
    """One word with the number of characters before it."""

    kind: Kind
    text: str
    position: int

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else repr(self.text)


def tokens(text: str) -> list[Token]:
    """The words, an end mark last. Raises `FormulaError`; `NotUnderstood` at text in quotes."""
    if len(text) > MAX_LENGTH:
        raise NotUnderstood(f"a formula of more than {MAX_LENGTH} characters")
    found = list(_tokens(text))
    return [*found, Token("end", "", len(text))]


def _tokens(text: str) -> Iterator[Token]:
    position = 0
    while position < len(text):
        character = text[position]
        if character in _SPACES:
            position += 1
        elif text.startswith(("//", "/*"), position):
            position = _after_comment(text, position)
        else:
            token = _token(text, position, character)
            yield token
            position += len(token.text)


def _token(text: str, position: int, character: str) -> Token:
    if "0" <= character <= "9" or (character == "." and text[position + 1 : position + 2] in set("0123456789")):
        return _number(text, position)
    if character in "'\"`" or (character in "bB" and text[position + 1 : position + 2] in ("'", '"')):
        raise NotUnderstood("text in quotes", position)
    if character in "()[]{}":
        return Token("bracket", character, position)
    if operator := _OPERATOR.match(text, position):
        return Token("operator", operator[0], position)
    if in_word(character):
        end = position
        while end < len(text) and in_word(text[end]):
            end += 1
        word = text[position:end]
        return Token("operator" if word in _OPERATOR_WORDS else "name", word, position)
    raise FormulaError(f"{character!r} is no character of expr", "remove it", position)


def _number(text: str, position: int) -> Token:
    found = _NUMBER.match(text, position)
    assert found is not None  # noqa: S101 - every part of the pattern is optional
    end = found.end()
    if end < len(text) and in_word(text[end]):
        raise FormulaError(
            f"{text[position : end + 1]!r} is no number", "put a space or an operator after it", position
        )
    return Token("number", text[position:end], position)


def _after_comment(text: str, position: int) -> int:
    comment = _COMMENT.match(text, position)
    if comment is None:
        raise FormulaError("a comment does not end", "close it with */", position)
    return comment.end()
