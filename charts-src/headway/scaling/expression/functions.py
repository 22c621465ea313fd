"""The functions of expr that take numbers or lists of numbers: static types and values.

Read from expr-lang/expr v1.17.8: `builtin/lib.go`, `builtin/validation.go`, `checker/checker.go`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from headway.scaling.expression import go_numbers as go
from headway.scaling.expression.errors import EvaluationError, ExpressionError
from headway.scaling.expression.names import KNOWN_FUNCTIONS, PREDICATES, function_remedy
from headway.scaling.expression.static_type import ANY, BOOL, FLOAT, INT, NUMBERS, UNKNOWN, UNTYPED, StaticType

Value = int | float | bool | list["Value"] | None
"""What an expression gives: expr's int, float64, bool, list or nil."""
_AGGREGATES = ("max", "mean", "median", "min")
_ONE_NUMBER = ("abs", "ceil", "float", "floor", "int", "round")


def result_type(name: str, arguments: Sequence[StaticType], condition: StaticType | None) -> StaticType:
    """Static type of a call. Raises `ExpressionError` where expr refuses the arguments."""
    if name not in KNOWN_FUNCTIONS:
        raise ExpressionError(f"expr has no function {name}", function_remedy(name))
    if name in PREDICATES:
        return _over_list(name, arguments, condition)
    if name in _AGGREGATES:
        return _aggregate(name, arguments)
    if len(arguments) != 1:
        raise ExpressionError(f"{name} takes one argument and has {len(arguments)}", "use max or min for several")
    argument = arguments[0]
    if name == "len":
        if argument.element is None and argument not in UNTYPED:
            raise ExpressionError(f"len cannot take {argument}", "give it a list, such as [a, b]")
        return INT
    if argument not in NUMBERS and argument not in UNTYPED:
        raise ExpressionError(f"{name} cannot take {argument}", "give it a number; of a condition write c ? 1 : 0")
    if name == "abs":
        return ANY if argument in UNTYPED else argument
    return INT if name == "int" else FLOAT


def _aggregate(name: str, arguments: Sequence[StaticType]) -> StaticType:
    if not arguments:
        raise ExpressionError(f"{name} has no arguments", "give it one at least")
    for argument in arguments:
        if argument in UNTYPED or argument.element is not None:
            return ANY
        if argument not in NUMBERS:
            raise ExpressionError(f"{name} cannot take {argument}", "give it numbers")
    return arguments[0]


def _over_list(name: str, arguments: Sequence[StaticType], condition: StaticType | None) -> StaticType:
    if len(arguments) != 1 or (condition is None and name not in ("count", "sum")):
        raise ExpressionError(f"{name} takes a list and a condition", f"write {name}([a, b], # > 1)")
    collection = arguments[0]
    if collection.element is None and collection not in UNTYPED:
        raise ExpressionError(f"{name} cannot take {collection}", f"write {name}([a, b])")
    if name == "sum":
        if condition is None:
            return collection.element or UNKNOWN
        if condition.name == "nil":
            raise ExpressionError("sum cannot add nil", "give numbers")
        return ANY if condition in UNTYPED else condition
    if condition is not None and condition is not BOOL and condition not in UNTYPED:
        raise ExpressionError(f"the condition of {name} is {condition}", "make it a comparison, such as # > 1")
    return INT if name == "count" else BOOL


def is_number(value: Value) -> bool:
    """Whether it is expr's int or float64."""
    return type(value) in (int, float)


def call(name: str, arguments: Sequence[Value]) -> Value:
    """Value of a function without a condition. Raises `EvaluationError`."""
    if name in _ONE_NUMBER:
        return _of_one(name, arguments[0])
    if name == "len":
        if not isinstance(arguments[0], list):
            raise EvaluationError(f"len of {_shown(arguments[0])}")
        return len(arguments[0])
    if name in ("max", "min"):
        return _extreme(name, arguments)
    numbers = [float(number) for number in _numbers(name, arguments)]
    return _mean(numbers) if name == "mean" else _median(numbers)


def _of_one(name: str, value: Value) -> Value:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise EvaluationError(f"{name} of {_shown(value)}")
    if name == "abs":
        return (go.wrapped(-value) if isinstance(value, int) else -value) if value < 0 else value
    if name == "int":
        return value if isinstance(value, int) else go.to_int(value)
    rounding: dict[str, Callable[[float], float]] = {"ceil": go.ceiled, "floor": go.floored, "round": go.rounded}
    return float(value) if name == "float" or isinstance(value, int) else rounding[name](value)


def _extreme(name: str, arguments: Sequence[Value]) -> Value:
    """The first that no later one beats; an int stays an int. NaN beats nothing and is not beaten."""
    if len(arguments) == 1 and not is_number(arguments[0]) and not isinstance(arguments[0], list):
        return arguments[0]
    best: int | float | None = None
    for number in _numbers(name, arguments):
        if best is None or (less(best, number) if name == "max" else less(number, best)):
            best = number
    return best


def less(left: int | float, right: int | float) -> bool:
    """`left < right`: two ints exactly, otherwise both as float64."""
    if isinstance(left, int) and isinstance(right, int):
        return left < right
    return float(left) < float(right)


def _numbers(name: str, values: Sequence[Value]) -> Iterator[int | float]:
    for value in values:
        if isinstance(value, list):
            yield from _numbers(name, value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield value
        else:
            raise EvaluationError(f"{name} of {_shown(value)}")


def _mean(numbers: list[float]) -> float:
    total = 0.0
    for number in numbers:
        total += number
    return total / len(numbers) if numbers else 0.0


def _median(numbers: list[float]) -> float:
    if not numbers:
        return 0.0
    # Go sorts NaN before every number.
    ordered = sorted(numbers, key=lambda number: (not math.isnan(number), number))
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _shown(value: Value) -> str:
    return "nil" if value is None else type(value).__name__
