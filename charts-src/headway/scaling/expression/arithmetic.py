"""Operators of expr on values, as its virtual machine applies them (expr-lang/expr v1.17.8, `vm/runtime`)."""

from __future__ import annotations

from headway.scaling.expression import go_numbers as go
from headway.scaling.expression.errors import EvaluationError
from headway.scaling.expression.functions import Value, less
from headway.scaling.expression.go_power import power

Number = int | float


def negated(value: Value) -> Number:
    """`-value`. Raises `EvaluationError` for what is no number."""
    number = _number("-", value)
    return go.wrapped(-number) if isinstance(number, int) else -number


def binary(operator: str, left: Value, right: Value) -> Number:
    """`left operator right` for `+ - * / % **`. Raises `EvaluationError`."""
    one, other = _number(operator, left), _number(operator, right)
    if operator == "/":
        return go.divided(float(one), float(other))
    if operator == "**":
        return power(float(one), float(other))
    if isinstance(one, int) and isinstance(other, int):
        return _whole(operator, one, other)
    if operator == "%":
        raise EvaluationError("% of a float64: write int(a) % int(b)")
    return _plain(operator, float(one), float(other))


def compared(operator: str, left: Value, right: Value) -> bool:
    """`left operator right` for `< <= > >=`. Raises `EvaluationError`."""
    one, other = _number(operator, left), _number(operator, right)
    if operator == "<":
        return less(one, other)
    if operator == ">":
        return less(other, one)
    return less(*((one, other) if operator == "<=" else (other, one))) or equal(one, other)


def equal(left: Value, right: Value) -> bool:
    """`left == right`: numbers by value, everything else only with its own kind."""
    if isinstance(left, bool) or isinstance(right, bool) or left is None or right is None:
        return type(left) is type(right) and left == right
    one, other = _number("==", left), _number("==", right)
    return one == other if isinstance(one, int) and isinstance(other, int) else float(one) == float(other)


def _whole(operator: str, one: int, other: int) -> int:
    if operator == "%":
        if other == 0:
            raise EvaluationError("% by zero")
        return go.remainder(one, other)
    return go.wrapped(int(_plain(operator, one, other)))


def _plain(operator: str, one: Number, other: Number) -> Number:
    if operator == "+":
        return one + other
    return one - other if operator == "-" else one * other


def _number(operator: str, value: Value) -> Number:
    if isinstance(value, bool) or not isinstance(value, int | float):
        shown = "nil" if value is None else type(value).__name__
        raise EvaluationError(f"{operator} of {shown}")
    return value
