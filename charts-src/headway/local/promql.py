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
from dataclasses import dataclass
from typing import NoReturn

Labels = Mapping[str, str]
Series = Callable[[str], Iterable[tuple[Labels, float]]]
"""Samples of a metric by its name."""
Vector = float | None
"""The one element of an answer; `None` where it is empty."""
Query = Callable[[Series], Vector]

_TOKEN = re.compile(r'\s*(?:([A-Za-z_:][\w:]*)|(\d+(?:\.\d+)?)|("(?:[^"\\]|\\.)*")|([(){}=,*]))')


class NotUnderstood(ValueError):
    """The query is outside of the grammar above."""


@dataclass
class _Parser:
    tokens: list[str]
    text: str
    at: int = 0

    def query(self) -> Query:
        left = self.product()
        while self.takes("or"):
            for token in ("on", "(", ")"):
                self.expect(token)
            left = _otherwise(left, self.product())
        return left

    def product(self) -> Query:
        left = self.value()
        while self.takes("*"):
            left = _times(left, self.value())
        return left

    def value(self) -> Query:
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

    def series(self) -> Query:
        name = self.next()
        wanted: dict[str, str] = {}
        if self.takes("{"):
            while not self.takes("}"):
                label = self.next()
                self.expect("=")
                wanted[label] = self.next().strip('"')
                self.takes(",")
        return _sum(name, wanted)

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
    return query


def _sum(name: str, wanted: Labels) -> Query:
    def total(series: Series) -> Vector:
        found = [value for labels, value in series(name) if all(labels.get(k) == v for k, v in wanted.items())]
        return sum(found) if found else None

    return total


def _times(left: Query, right: Query) -> Query:
    def product(series: Series) -> Vector:
        one, other = left(series), right(series)
        return None if one is None or other is None else one * other

    return product


def _otherwise(left: Query, right: Query) -> Query:
    def first(series: Series) -> Vector:
        found = left(series)
        return right(series) if found is None else found

    return first
