"""The value of an expression, step by step as expr's virtual machine gets it.

Short circuits matter: what is not reached cannot fail. So does the static type: an `==` between what the checker takes for
two ints fails when one turns out to be a float, as in `max(1, a) == 2`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from headway.scaling.expression import arithmetic, functions
from headway.scaling.expression.errors import EvaluationError, NilResult
from headway.scaling.expression.folding import FOLDED, folded
from headway.scaling.expression.functions import Value
from headway.scaling.expression.names import PREDICATES
from headway.scaling.expression.nodes import (
    Array,
    Binary,
    Call,
    Conditional,
    Constant,
    Element,
    Expression,
    Metric,
    Unary,
)
from headway.scaling.expression.static_type import INT, StaticType

Values = Mapping[str, float | None]
_folded = lru_cache(maxsize=256)(folded)


def evaluate(expression: Expression, values: Values) -> float:
    """The number that KEDA gets: `float(expression)`. Raises as `Expression.evaluate` says."""
    return as_float(raw_value(expression, values))


def raw_value(expression: Expression, values: Values) -> Value:
    """The value before KEDA converts it. Raises `EvaluationError`."""
    return _value(_folded(expression), values, None)


def as_float(value: Value) -> float:
    """KEDA's conversion. Raises `NilResult` for nil, `EvaluationError` for what is no number."""
    if value is None:
        raise NilResult("the formula is nil")
    converted = functions.call("float", [value])
    assert isinstance(converted, float)  # noqa: S101 - what float gives
    return converted


def _value(node: Expression, values: Values, element: Value) -> Value:
    match node:
        case Constant():
            return node.value
        case Metric(name):
            read = values[name]
            return None if read is None else float(read)
        case Element():
            return element
        case Unary(operator, operand):
            value = _value(operand, values, element)
            if operator == "+":
                return value
            return not _truth(value) if operator == "not" else arithmetic.negated(value)
        case Binary():
            return _binary(node, values, element)
        case Conditional(condition, then, otherwise):
            return _value(then if _truth(_value(condition, values, element)) else otherwise, values, element)
        case Array(items):
            return [_value(item, values, element) for item in items]
        case Call(function, arguments, _) if function in PREDICATES:
            return _over_list(node, _value(arguments[0], values, element), values)
        case Call(function, arguments, _):
            return functions.call(function, [_value(argument, values, element) for argument in arguments])
    raise TypeError(f"{type(node).__name__} has no value")


def _binary(node: Binary, values: Values, element: Value) -> Value:
    operator = node.operator
    limit = _enough(node)
    if limit is not None and isinstance(node.left, Call):
        left: Value = _over_list(node.left, _value(node.left.arguments[0], values, element), values, limit)
    else:
        left = _value(node.left, values, element)
    if operator == "??":
        return _value(node.right, values, element) if left is None else left
    if operator in ("and", "or"):
        return left if _truth(left) is (operator == "or") else _value(node.right, values, element)
    right = _value(node.right, values, element)
    if operator in FOLDED:
        return arithmetic.binary(operator, left, right)
    if operator not in ("==", "!="):
        return arithmetic.compared(operator, left, right)
    if _static(node.left) is INT and _static(node.right) is INT and not (type(left) is type(right) is int):
        raise EvaluationError("== of what looks like two ints, and one is none: write float(…) around it")
    return arithmetic.equal(left, right) is (operator == "==")


def _over_list(node: Call, collection: Value, values: Values, enough: int | None = None) -> Value:
    if not isinstance(collection, list):
        raise EvaluationError(f"{node.function} over no list")
    if node.function == "sum":
        total: Value = 0
        for item in collection:
            total = arithmetic.binary("+", _each(node, item, values), total)
        return total
    truths = (_truth(_each(node, item, values)) for item in collection)
    if node.function == "count":
        return _counted(truths, enough)
    if node.function == "one":
        return _counted(truths, None) == 1
    if node.function == "all":
        return all(truths)
    return any(truths) is (node.function == "any")


def _counted(truths: Iterator[bool], enough: int | None) -> int:
    count = 0
    for truth in truths:
        count += truth
        if enough is not None and count >= enough and truth:
            break
    return count


def _each(node: Call, item: Value, values: Values) -> Value:
    return item if node.condition is None else _value(node.condition, values, item)


def _enough(node: Binary) -> int | None:
    """`count(list, condition) > 2` stops at the third; `optimizer/count_threshold.go` and `count_any.go`."""
    match node:
        case Binary(">" | ">=" | "<" | "<=" as operator, Call("count", _, condition), Constant(int() as bound)):
            if condition is None or isinstance(bound, bool) or bound < 0:
                return None
            limit = bound + (operator in (">", "<="))
            least = 1 if operator in (">", ">=") else 2
            return limit if limit >= least else None
    return None


def _truth(value: Value) -> bool:
    if not isinstance(value, bool):
        raise EvaluationError(f"a condition is {'nil' if value is None else type(value).__name__}")
    return value


def _static(node: Expression) -> StaticType | None:
    """The type, where the optimizer has left one."""
    try:
        return node.type
    except ValueError:
        return None
