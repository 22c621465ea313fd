"""The PromQL that rendered triggers use: totals, a product with a number, and `or on ()`. Anything else is refused.

    query   = product { "or" "on" "(" ")" product }
    product = value { "*" value }
    value   = number | "sum" "(" series ")" | "(" query ")"
    series  = name [ "{" label "=" "\\"text\\"" { "," … } "}" ]

As in Prometheus, the sum over no series is empty, a product with an empty side is empty, and `or` takes its right side
where the left one is empty.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

Labels = Mapping[str, str]
Series = Callable[[str], Iterable[tuple[Labels, float]]]
"""Samples of a metric by its name."""
Vector = float | None
"""The one element of an answer; `None` where it is empty."""
_Answer = Callable[[Series], Vector]

_NAME = re.compile(r"[A-Za-z_:][\w:]*")
_TEXT = re.compile(r'"[^"\\]*"')
_TOKEN = re.compile(r'\s*(?:([A-Za-z_:][\w:]*)|(\d+(?:\.\d+)?)|("(?:[^"\\]|\\.)*")|([(){}=,*]))')


class NotUnderstood(ValueError):
    """The query is outside of the grammar above."""


@dataclass(frozen=True)
class Query:
    """A query that can be answered from samples."""

    names: frozenset[str]
    """Metrics that it reads."""
    _answer: _Answer

    def __call__(self, series: Series) -> Vector:
        return self._answer(series)


@dataclass
class _Parser:
    tokens: list[str]
    text: str
    at: int = 0
    names: set[str] = field(default_factory=set)

    def query(self) -> _Answer:
        left = self.product()
        while self.takes("or"):
            for token in ("on", "(", ")"):
                self.expect(token)
            left = _otherwise(left, self.product())
        return left

    def product(self) -> _Answer:
        left = self.value()
        while self.takes("*"):
            left = _times(left, self.value())
        return left

    def value(self) -> _Answer:
        if self.takes("("):
            inner = self.query()
            self.expect(")")
            return inner
        if self.takes("sum"):
            self.expect("(")
            summed = self.series()
            self.expect(")")
            return summed
        token = self.next()
        if not token[:1].isdigit():
            self.refuse(token)
        number = float(token)
        return lambda _: number

    def series(self) -> _Answer:
        name = self.word(_NAME)
        wanted: dict[str, str] = {}
        if self.takes("{"):
            while not self.takes("}"):
                label = self.word(_NAME)
                self.expect("=")
                wanted[label] = self.word(_TEXT)[1:-1]
                if not self.takes(","):
                    self.expect("}")
                    break
        self.names.add(name)
        return _sum(name, wanted)

    def word(self, pattern: re.Pattern[str]) -> str:
        found = self.next()
        if not pattern.fullmatch(found):
            self.refuse(found)
        return found

    def next(self) -> str:
        if self.at == len(self.tokens):
            self.refuse("its end")
        self.at += 1
        return self.tokens[self.at - 1]

    def takes(self, token: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at] == token:
            self.at += 1
            return True
        return False

    def expect(self, token: str) -> None:
        found = self.next()
        if found != token:
            self.refuse(found)

    def refuse(self, found: str) -> NoReturn:
        raise NotUnderstood(f'the query {self.text!r} is not understood at {found!r}; write sum(name{{label="value"}})')


def read_query(text: str) -> Query:
    """The query as a function of samples. Raises `NotUnderstood`."""
    tokens, at = [], 0
    stripped = text.strip()
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if match is None:
            raise NotUnderstood(f"the query {text!r} is not understood at {stripped[at : at + 10]!r}")
        tokens.append(match.group().strip())
        at = match.end()
    parser = _Parser(tokens, text)
    query = parser.query()
    if parser.at != len(tokens):
        parser.refuse(tokens[parser.at])
    return Query(frozenset(parser.names), query)


def _sum(name: str, wanted: Labels) -> _Answer:
    def total(series: Series) -> Vector:
        found = [value for labels, value in series(name) if all(labels.get(k) == v for k, v in wanted.items())]
        return sum(found) if found else None

    return total


def _times(left: _Answer, right: _Answer) -> _Answer:
    def product(series: Series) -> Vector:
        one, other = left(series), right(series)
        return None if one is None or other is None else one * other

    return product


def _otherwise(left: _Answer, right: _Answer) -> _Answer:
    def first(series: Series) -> Vector:
        found = left(series)
        return right(series) if found is None else found

    return first
