"""A scaling law's expression: one object that renders KEDA's formula and evaluates it.

    running + waiting * 10        Metric("running") + Metric("waiting") * 10

`render` writes expr-lang, the language of KEDA's `scalingModifiers.formula`; `evaluate` gives the same number here. Only
what expr-lang has can be written: `clamp_min` is PromQL (trap S1) and has no counterpart, `maximum` does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

Number = int | float
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = frozenset({"float", "int", "true", "false", "nil", "in", "and", "or", "not", "let", "if", "else"})


class Expression:
    """Base of every node; arithmetic operators build larger expressions."""

    def render(self) -> str:
        """The expr-lang text."""
        raise TypeError(f"{type(self).__name__} has no text")

    def evaluate(self, values: Mapping[str, float]) -> float:  # noqa: ARG002
        """The number for the metrics' values. Raises `KeyError` for a metric without one."""
        raise TypeError(f"{type(self).__name__} has no value")

    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics it reads, in order of first use."""
        return ()

    def __add__(self, other: Expression | Number) -> Expression:
        return _Arithmetic("+", self, constant(other))

    def __sub__(self, other: Expression | Number) -> Expression:
        return _Arithmetic("-", self, constant(other))

    def __mul__(self, other: Expression | Number) -> Expression:
        return _Arithmetic("*", self, constant(other))


@dataclass(frozen=True)
class Metric(Expression):
    """A metric by the name of its trigger; an expr identifier (trap S2)."""

    name: str

    def __post_init__(self) -> None:
        if not _IDENTIFIER.fullmatch(self.name) or self.name in _RESERVED:
            raise ValueError(f"{self.name!r} is no expr identifier; use letters, digits and underscores")

    def render(self) -> str:
        return self.name

    def evaluate(self, values: Mapping[str, float]) -> float:
        return float(values[self.name])

    def metrics(self) -> tuple[str, ...]:
        return (self.name,)


@dataclass(frozen=True)
class Constant(Expression):
    """A number."""

    value: Number

    def render(self) -> str:
        return f"{self.value:g}" if isinstance(self.value, float) else str(self.value)

    def evaluate(self, values: Mapping[str, float]) -> float:  # noqa: ARG002
        return float(self.value)


@dataclass(frozen=True)
class _Arithmetic(Expression):
    operator: str
    left: Expression
    right: Expression

    def render(self) -> str:
        return f"{_inside(self.left, self)} {self.operator} {_inside(self.right, self, right=True)}"

    def evaluate(self, values: Mapping[str, float]) -> float:
        left, right = self.left.evaluate(values), self.right.evaluate(values)
        return {"+": left + right, "-": left - right, "*": left * right}[self.operator]

    def metrics(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.left.metrics(), *self.right.metrics())))


@dataclass(frozen=True)
class _Extreme(Expression):
    function: str
    parts: tuple[Expression, ...]

    def render(self) -> str:
        return f"{self.function}({', '.join(part.render() for part in self.parts)})"

    def evaluate(self, values: Mapping[str, float]) -> float:
        numbers = [part.evaluate(values) for part in self.parts]
        return max(numbers) if self.function == "max" else min(numbers)

    def metrics(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for part in self.parts for name in part.metrics()))


def constant(value: Expression | Number) -> Expression:
    """An expression for a number; expressions pass through."""
    return value if isinstance(value, Expression) else Constant(value)


def maximum(*parts: Expression | Number) -> Expression:
    """The largest of the parts: `max(a, b)`."""
    return _Extreme("max", tuple(constant(part) for part in parts))


def minimum(*parts: Expression | Number) -> Expression:
    """The smallest of the parts: `min(a, b)`."""
    return _Extreme("min", tuple(constant(part) for part in parts))


def _inside(part: Expression, whole: _Arithmetic, right: bool = False) -> str:
    weaker = isinstance(part, _Arithmetic) and (
        (whole.operator == "*" and part.operator != "*") or (whole.operator == "-" and right and part.operator != "*")
    )
    return f"({part.render()})" if weaker else part.render()
