"""Formulas that KEDA accepts and that do not do what they look like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from headway.scaling.expression.formula import is_taken_as_it_is
from headway.scaling.expression.nodes import Binary, Call, Constant, Expression
from headway.scaling.expression.static_type import FLOAT, INT

_AGGREGATES = ("max", "min", "mean", "median", "abs")


@dataclass(frozen=True)
class Misreading:
    """What happens, what to write, and the piece of the formula it is about."""

    problem: str
    remedy: str
    about: str


def misread(expression: Expression, text: str) -> Iterator[Misreading]:
    """What KEDA accepts and a reader would take for something else. The formula is accepted."""
    if is_taken_as_it_is(text) and expression.type is not FLOAT:
        fault = (
            f"it begins with float(, so KEDA converts nothing; its result is {expression.type}, which KEDA then refuses"
        )
        yield Misreading(fault, f"write ({text})", text)
    if not expression.metrics():
        yield Misreading("it reads no metric, so its value never changes", "name a trigger in it", text)
    for node in _nodes(expression):
        if isinstance(node, Binary):
            yield from _of(node)


def _of(node: Binary) -> Iterator[Misreading]:
    if node.operator in ("/", "%") and node.right.metrics() and not _is_positive(node.right):
        divisor = node.right.render()
        if node.operator == "/":
            fault = f"where {divisor} is 0 it is infinite or NaN, which KEDA turns into the smallest or largest number"
        else:
            fault = f"where {divisor} is 0 it fails, and the HPA gets an error"
        yield Misreading(fault, f"divide by max({divisor}, 1)", divisor)
    if node.operator in ("==", "!=", "%") and (_may_turn_float(node.left) or _may_turn_float(node.right)):
        fault = f"{node.render()} fails where what looks like an int turns out to be a float64"
        yield Misreading(fault, "put int(…) around the call", node.operator)


def _may_turn_float(node: Expression) -> bool:
    """`max(1, a)` has the type of its first argument for the checker, and that of the larger one when it runs."""
    if not isinstance(node, Call) or node.function not in _AGGREGATES or node.type is not INT:
        return False
    return node.function in ("mean", "median") or any(
        part.type is FLOAT or _may_turn_float(part) for part in node.parts
    )


def _is_positive(divisor: Expression) -> bool:
    """Whether a positive constant keeps it from zero: `max(a, 1)`, `max(a, 1) * 2`."""
    match divisor:
        case Constant(int() | float() as value):
            return value > 0
        case Call("max", arguments):
            return any(_is_positive(argument) for argument in arguments)
        case Call("min", arguments):
            return bool(arguments) and all(_is_positive(argument) for argument in arguments)
        case Binary("*" | "/" | "+", left, right):
            return _is_positive(left) and _is_positive(right)
        case Call("float" | "ceil", (argument,)):
            return _is_positive(argument)
    return False


def _nodes(expression: Expression) -> Iterator[Expression]:
    yield expression
    for part in expression.parts:
        yield from _nodes(part)
