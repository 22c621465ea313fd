"""An expression in words: what each metric weighs, where a bound or a condition decides."""

from __future__ import annotations

from collections.abc import Mapping

from headway.scaling.expression import go_numbers as go
from headway.scaling.expression.nodes import Binary, Call, Conditional, Constant, Element, Expression, Metric, Unary

_EXTREMES = {"max": "the largest of", "min": "the smallest of", "mean": "the mean of", "median": "the median of"}
_ROUNDED = {"ceil": "rounded up", "floor": "rounded down", "round": "rounded", "int": "cut to a whole number"}


def explain(expression: Expression, meanings: Mapping[str, str]) -> str:
    """Lines: the formula, how it counts, and what each metric means where that is known."""
    lines = [expression.render(), f"  {_phrase(expression)}"]
    lines += [f"  {name}: {meanings[name]}" for name in expression.metrics() if name in meanings]
    return "\n".join(lines)


def weights(expression: Expression) -> dict[str, float] | None:
    """What one unit of each metric adds, for a weighted sum; `None` for anything else. The constant is under `""`."""
    match expression:
        case Metric(name):
            return {name: 1.0}
        case Constant(int() | float() as value) if not isinstance(value, bool):
            return {"": float(value)}
        case Unary("-" | "+" as sign, operand):
            return _scaled(weights(operand), -1.0 if sign == "-" else 1.0)
        case Binary("+" | "-" as sign, left, right):
            return _added(weights(left), _scaled(weights(right), -1.0 if sign == "-" else 1.0))
        case Binary("*", left, right):
            one, other = weights(left), weights(right)
            return _scaled(one, _number(other)) if _number(one) is None else _scaled(other, _number(one))
        case Binary("/", left, right):
            divisor = _number(weights(right))
            return _scaled(weights(left), None if not divisor else go.divided(1.0, divisor))
        case Call("float", (argument,)):
            return weights(argument)
    return None


def _phrase(expression: Expression) -> str:
    """One expression in words; what has none stays as it is."""
    found = weights(expression)
    if found is not None:
        return _sum(found)
    match expression:
        case Call(function, arguments) if function in _EXTREMES:
            return f"{_EXTREMES[function]} {_parts(arguments)}"
        case Call(function, (argument,), None) if function in _ROUNDED:
            return f"{_grouped(argument)}, {_ROUNDED[function]}"
        case Conditional(condition, then, otherwise):
            return f"where {condition.render()}: {_grouped(then)}; otherwise: {_grouped(otherwise)}"
        case Binary("??", left, right):
            return f"{_grouped(left)}, or where that is lost: {_grouped(right)}"
        case Binary("+" | "-" | "*" | "/" as operator, left, right):
            words = {"+": "plus", "-": "less", "*": "times", "/": "divided by"}
            return f"{_grouped(left)} {words[operator]} {_grouped(right)}"
    return expression.render()


def _sum(found: Mapping[str, float]) -> str:
    each = [f"{weight:g} for each {name}" for name, weight in found.items() if name]
    fixed = found.get("", 0.0)
    if not each:
        return f"{fixed:g}"
    return ", ".join([*each, *([f"{fixed:g} besides"] if fixed else [])])


def _grouped(part: Expression) -> str:
    simple = isinstance(part, Metric | Constant | Element)
    return part.render() if simple else f"({_phrase(part)})"


def _parts(parts: tuple[Expression, ...]) -> str:
    words = [_grouped(part) for part in parts]
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def _number(found: Mapping[str, float] | None) -> float | None:
    return found[""] if found is not None and set(found) == {""} else None


def _scaled(found: Mapping[str, float] | None, factor: float | None) -> dict[str, float] | None:
    if found is None or factor is None:
        return None
    return {name: weight * factor for name, weight in found.items()}


def _added(one: Mapping[str, float] | None, other: Mapping[str, float] | None) -> dict[str, float] | None:
    if one is None or other is None:
        return None
    return {name: one.get(name, 0.0) + other.get(name, 0.0) for name in dict.fromkeys((*one, *other))}
