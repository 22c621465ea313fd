"""What expr's optimizer makes of an expression before it runs; some of it can be seen in the result.

    a > nil and false         is false and never fails
    1 % 0                     is refused
    sum([a, b, c])            becomes a + (b + c), another rounding than ((a + b) + c)
    all(l, p) and all(l, q)   runs once over the list

Read from expr-lang/expr v1.17.8: `optimizer/fold.go`, `sum_array.go`, `predicate_combination.go`. `compiler.go` keeps
equal constants once, so that the sign of the first float zero is the sign of all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from headway.scaling.expression import arithmetic
from headway.scaling.expression.errors import ExpressionError
from headway.scaling.expression.nodes import Array, Binary, Call, Conditional, Constant, Expression, Unary
from headway.scaling.expression.static_type import BOOL, INT

FOLDED = ("+", "-", "*", "/", "%", "**")
_COMBINED = {("all", "and"): "and", ("any", "or"): "or", ("none", "and"): "or"}


def folded(expression: Expression) -> Expression:
    """The expression that runs. Raises `ExpressionError` for a constant division that KEDA refuses."""
    return _one_zero(_optimized(_constants(expression)))


class Folded(Constant):
    """A constant that no literal can write: an infinity, NaN, an int beyond its literals."""

    def __post_init__(self) -> None:
        """Any value may come of folding."""


def _constants(node: Expression) -> Expression:
    node = _rebuilt(node, _constants)
    match node:
        case Unary("-", Constant(int() | float() as value)):
            return Folded(arithmetic.negated(value))
        case Unary("+", Constant(int() | float())):
            return node.operand
        case Unary("not", Constant(bool() as value)):
            return Constant(not value)
        case Binary(operator, Constant() as left, Constant() as right) if operator in FOLDED:
            return _computed(operator, left, right)
        case Binary("==", Constant() as left, Constant() as right) if left.type == right.type and left.type in (
            INT,
            BOOL,
        ):
            return Constant(left.value == right.value)
        case Binary("and" | "or" as operator, left, right):
            return _logical(node, left, right, operator == "and")
    return node


def _computed(operator: str, left: Constant, right: Constant) -> Expression:
    if operator == "%" and right.value == 0:
        raise ExpressionError(f"{left.value} % 0 has no value", "divide by something else")
    return Folded(arithmetic.binary(operator, left.value, right.value))


def _logical(node: Expression, left: Expression, right: Expression, neutral: bool) -> Expression:
    """`true and x` is x, `x and false` is false; with `or` the other way round."""
    if _is(left, neutral):
        return right
    if _is(right, neutral):
        return left
    return Constant(not neutral) if _is(left, not neutral) or _is(right, not neutral) else node


def _is(node: Expression, value: bool) -> bool:
    return isinstance(node, Constant) and node.value is value


def _optimized(node: Expression) -> Expression:
    node = _rebuilt(node, _optimized)
    match node:
        case Call("sum", (Array((_, _, *_) as items),), None) if not all(_is_literal(item) for item in items):
            total = items[-1]
            for item in reversed(items[:-1]):
                total = _unchecked("+", item, total)
            return total
        case Binary("and" | "or" as operator, Call() as left, Call() as right):
            joined = _COMBINED.get((left.function, operator))
            same = left.function == right.function and left.arguments == right.arguments
            if joined and same and left.condition is not None and right.condition is not None:
                condition = _optimized(_unchecked(joined, left.condition, right.condition))
                return replace(left, condition=condition)
    return node


def _is_literal(item: Expression) -> bool:
    return isinstance(item, Constant) and item.value is not None


def _unchecked(operator: str, left: Expression, right: Expression) -> Binary:
    """As the optimizer builds it, after the types were checked: adding conditions fails only when it runs."""
    node = object.__new__(Binary)
    for field, value in (("operator", operator), ("left", left), ("right", right)):
        object.__setattr__(node, field, value)
    return node


def _one_zero(node: Expression) -> Expression:
    zeros = [value for value in _pushed(node) if type(value) is float and value == 0]
    if not zeros or len({math.copysign(1.0, zero) for zero in zeros}) == 1:
        return node
    return _with_zero(node, zeros[0])


def _pushed(node: Expression) -> Iterator[object]:
    """Constants in the order in which the compiler meets them; a list of constants is one of its own."""
    if isinstance(node, Constant):
        yield node.value
    elif not _is_constant_list(node):
        for part in node.parts:
            yield from _pushed(part)


def _is_constant_list(node: Expression) -> bool:
    return isinstance(node, Array) and bool(node.items) and all(_is_literal(item) for item in node.items)


def _with_zero(node: Expression, zero: float) -> Expression:
    if isinstance(node, Constant):
        return Folded(zero) if type(node.value) is float and node.value == 0 else node
    return node if _is_constant_list(node) else _rebuilt(node, lambda part: _with_zero(part, zero))


def _rebuilt(node: Expression, change: Any) -> Expression:
    """The node over its changed parts. Types were checked already and are not checked again."""
    changed: dict[str, Any] = {}
    match node:
        case Unary():
            changed = {"operand": change(node.operand)}
        case Binary():
            changed = {"left": change(node.left), "right": change(node.right)}
        case Conditional():
            changed = {part: change(getattr(node, part)) for part in ("condition", "then", "otherwise")}
        case Array():
            changed = {"items": tuple(change(item) for item in node.items)}
        case Call():
            condition = None if node.condition is None else change(node.condition)
            changed = {"arguments": tuple(change(argument) for argument in node.arguments), "condition": condition}
    if not changed:
        return node
    copy = object.__new__(type(node))
    for field, value in {**vars(node), **changed}.items():
        object.__setattr__(copy, field, value)
    return copy
