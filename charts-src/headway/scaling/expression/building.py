"""Expressions that no Python operator can build."""

from collections.abc import Callable, Sequence
from functools import reduce

from headway.scaling.expression.nodes import (
    Array,
    Binary,
    Call,
    Conditional,
    Element,
    Expression,
    Literal,
    Unary,
    constant,
)
from headway.scaling.expression.static_type import element_type

Part = Expression | Literal


def call(function: str, *arguments: Part) -> Expression:
    """A function of expr: `call("ceil", a / 4)` is `ceil(a / 4)`."""
    return Call(function, tuple(constant(argument) for argument in arguments))


def over_list(
    function: str, parts: Sequence[Part], condition: Callable[[Expression], Expression] | None = None
) -> Expression:
    """`sum([a, b])`, or with a condition on each element: `count([a, b], # > 1)`."""
    items = Array(tuple(constant(part) for part in parts))
    return Call(function, (items,), condition(Element(element_type(items.type))) if condition else None)


def maximum(*parts: Part) -> Expression:
    """The largest of the parts: `max(a, b)`."""
    return call("max", *parts)


def minimum(*parts: Part) -> Expression:
    """The smallest of the parts: `min(a, b)`."""
    return call("min", *parts)


def conditional(condition: Expression, then: Part, otherwise: Part) -> Expression:
    """`condition ? then : otherwise`."""
    return Conditional(condition, constant(then), constant(otherwise))


def coalesce(first: Expression, *others: Part) -> Expression:
    """The first that is not lost: `a ?? b ?? 8`."""
    return _joined("??", first, *others)


def both(first: Expression, *others: Part) -> Expression:
    """`a and b`."""
    return _joined("and", first, *others)


def either(first: Expression, *others: Part) -> Expression:
    """`a or b`."""
    return _joined("or", first, *others)


def negation(condition: Expression) -> Expression:
    """`not a`."""
    return Unary("not", condition)


def equals(left: Expression, right: Part) -> Expression:
    """`a == b`; Python's own `==` compares two expressions, not their values."""
    return Binary("==", left, constant(right))


def _joined(operator: str, *parts: Part) -> Expression:
    return reduce(lambda left, right: Binary(operator, left, right), map(constant, parts))
