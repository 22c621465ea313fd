"""An expression as expr-lang text, with parentheses only where they are needed.

Operators bind as in expr-lang/expr v1.17.8, `parser/operator/operator.go`: `a - b * 2`, `-a ** 2` is `-(a ** 2)`, and `??`
may not stand beside another operator without parentheses.
"""

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
from headway.scaling.expression.static_type import FLOAT

BINDING = {
    "or": 10,
    "and": 15,
    "==": 20,
    "!=": 20,
    "<": 20,
    ">": 20,
    ">=": 20,
    "<=": 20,
    "+": 30,
    "-": 30,
    "*": 60,
    "/": 60,
    "%": 60,
    "**": 100,
    "??": 500,
}
UNARY_BINDING = {"not": 50, "-": 90, "+": 90}
COMPARISON = ("<", ">", ">=", "<=")
_WEAKEST = 0
_WORD = 1000
_CONVERTED = "float("


def render(expression: Expression) -> str:
    """The text. KEDA leaves out its own conversion where a text begins with `float(`, so such a one is put in parentheses."""
    text = _text(expression)
    bare = text.startswith(_CONVERTED) and expression.type is not FLOAT and "??" not in text
    return f"({text})" if bare else text


def _text(expression: Expression) -> str:
    match expression:
        case Metric(name):
            return name
        case Constant(value):
            return _literal(value)
        case Element():
            return "#"
        case Array(items):
            return f"[{_list(items)}]"
        case Call(function, arguments, condition):
            return f"{function}({_list(arguments if condition is None else (*arguments, condition))})"
        case Unary(operator, operand):
            return f"{operator}{' ' if operator == 'not' else ''}{_inside(operand, UNARY_BINDING[operator])}"
        case Binary():
            return _binary(expression)
        case Conditional(condition, then, otherwise):
            return (
                f"{_inside(condition, _WEAKEST + 1)} ? {_inside(then, _WEAKEST + 1)} : {_inside(otherwise, _WEAKEST)}"
            )
    raise TypeError(f"{type(expression).__name__} has no text")


def _binary(node: Binary) -> str:
    binding = BINDING[node.operator]
    right_first = node.operator == "**"
    comparison = node.operator in COMPARISON
    left = _inside(node.left, binding + (right_first or comparison))
    return f"{left} {node.operator} {_inside(node.right, binding + (not right_first))}"


def _inside(part: Expression, binding: int) -> str:
    """The part as an operand of something that binds with this strength."""
    mixed = isinstance(part, Binary) and part.operator == "??" and binding not in (_WEAKEST, BINDING["??"])
    return f"({_text(part)})" if mixed or _strength(part) < binding else _text(part)


def _strength(part: Expression) -> int:
    match part:
        case Conditional():
            return _WEAKEST
        case Binary(operator):
            return BINDING[operator]
        case Unary(operator):
            return UNARY_BINDING[operator]
        case Constant(value) if isinstance(value, int | float) and not isinstance(value, bool):
            return UNARY_BINDING["-"] if str(value).startswith("-") else _WORD
    return _WORD


def _literal(value: float | bool | None) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "nil" if value is None else repr(value)


def _list(parts: tuple[Expression, ...]) -> str:
    return ", ".join(_text(part) for part in parts)
