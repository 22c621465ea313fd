"""A formula as a tree: what can be built here is what KEDA would accept.

    running + waiting * 10        Metric("running") + Metric("waiting") * 10

Nodes are compared by value, except that 2, 2.0 and true differ. Each knows its static type when it is built and refuses
what expr's type checker would refuse.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from headway.scaling.expression.errors import ExpressionError, NotUnderstood
from headway.scaling.expression.functions import result_type
from headway.scaling.expression.names import PREDICATES, is_identifier
from headway.scaling.expression.static_type import (
    BOOL,
    FLOAT,
    INT,
    NIL,
    StaticType,
    array_of,
    binary_type,
    conditional_type,
    element_type,
    mismatch,
    unary_type,
)

Literal = int | float | bool | None
MAX_DEPTH = 120
"""Levels of nesting; a formula that people read has fewer than ten."""
LARGEST_INT = 2**63 - 1


class Expression:
    """Base of every node. `+ - * / % ** < <= > >=` and unary `-` build larger ones; `==` compares two trees."""

    @cached_property
    def type(self) -> StaticType:
        """What expr's type checker makes of it."""
        raise TypeError(f"{type(self).__name__} has no type")

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The nodes it is made of, in order."""
        return ()

    @cached_property
    def depth(self) -> int:
        """Levels below it, itself included."""
        return 1 + max((part.depth for part in self.parts), default=0)

    def render(self) -> str:
        """The expr-lang text, in a form that KEDA reads as this expression."""
        from headway.scaling.expression.rendering import render

        return render(self)

    def evaluate(self, values: Mapping[str, float | None]) -> float:
        """The number KEDA computes from the metrics' values; `None` stands for one that is lost.

        Raises `KeyError` for a metric without a value, `NilResult` where the result is nil, `EvaluationError` where
        KEDA reports an error.
        """
        from headway.scaling.expression.evaluation import evaluate

        return evaluate(self, values)

    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics it reads, in order of first use."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.metrics()))

    def explain(self, meanings: Mapping[str, str] | None = None) -> str:
        """What it does, in words; `meanings` says what a metric counts."""
        from headway.scaling.expression.explanation import explain

        return explain(self, meanings or {})

    def __add__(self, other: Expression | Literal) -> Expression:
        return Binary("+", self, constant(other))

    def __radd__(self, other: Literal) -> Expression:
        return Binary("+", constant(other), self)

    def __sub__(self, other: Expression | Literal) -> Expression:
        return Binary("-", self, constant(other))

    def __rsub__(self, other: Literal) -> Expression:
        return Binary("-", constant(other), self)

    def __mul__(self, other: Expression | Literal) -> Expression:
        return Binary("*", self, constant(other))

    def __rmul__(self, other: Literal) -> Expression:
        return Binary("*", constant(other), self)

    def __truediv__(self, other: Expression | Literal) -> Expression:
        return Binary("/", self, constant(other))

    def __rtruediv__(self, other: Literal) -> Expression:
        return Binary("/", constant(other), self)

    def __mod__(self, other: Expression | Literal) -> Expression:
        return Binary("%", self, constant(other))

    def __pow__(self, other: Expression | Literal) -> Expression:
        return Binary("**", self, constant(other))

    def __lt__(self, other: Expression | Literal) -> Expression:
        return Binary("<", self, constant(other))

    def __le__(self, other: Expression | Literal) -> Expression:
        return Binary("<=", self, constant(other))

    def __gt__(self, other: Expression | Literal) -> Expression:
        return Binary(">", self, constant(other))

    def __ge__(self, other: Expression | Literal) -> Expression:
        return Binary(">=", self, constant(other))

    def __neg__(self) -> Expression:
        return negative(self)

    def __bool__(self) -> bool:
        raise TypeError("an expression is neither true nor false; use conditional(), both() or either()")


@dataclass(frozen=True)
class Metric(Expression):
    """A metric by the name of its trigger; an expr identifier (trap S2)."""

    name: str

    def __post_init__(self) -> None:
        if not is_identifier(self.name):
            raise ExpressionError(
                f"{self.name!r} is no expr identifier",
                "use letters, digits and underscores, no digit first, no keyword",
            )
        if self.name == "float":
            raise ExpressionError("a metric called float hides the function that KEDA wraps formulas in", "rename it")

    @cached_property
    def type(self) -> StaticType:
        return FLOAT

    def metrics(self) -> tuple[str, ...]:
        return (self.name,)


@dataclass(frozen=True, eq=False)
class Constant(Expression):
    """A number, `true`, `false` or `nil`. A whole number is expr's int, which `%` needs."""

    value: Literal

    def __post_init__(self) -> None:
        if isinstance(self.value, float) and not math.isfinite(self.value):
            raise ExpressionError(f"expr has no literal for {self.value}", "write a finite number")
        if type(self.value) is int and abs(self.value) > LARGEST_INT:
            raise ExpressionError(f"{self.value} does not fit in 64 bits", "write it as a float, such as 1e20")

    @cached_property
    def type(self) -> StaticType:
        if self.value is None:
            return NIL
        return {bool: BOOL, int: INT, float: FLOAT}[type(self.value)]

    def __eq__(self, other: object) -> bool:
        # By its text: 2 and 2.0 differ for %, 0.0 and -0.0 for /.
        return isinstance(other, Constant) and repr(self.value) == repr(other.value)

    def __hash__(self) -> int:
        return hash(repr(self.value))


@dataclass(frozen=True)
class Unary(Expression):
    """`not x`, `-x` or `+x`. A negative number is a `Constant`."""

    operator: str
    operand: Expression

    def __post_init__(self) -> None:
        if self.operator == "-" and isinstance(self.operand, Constant) and self.operand.type in (INT, FLOAT):
            raise ExpressionError(f"-({self.operand.value}) is a number", "write it as a Constant")
        _checked(self)

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.operand,)

    @cached_property
    def type(self) -> StaticType:
        return _typed(self, unary_type(self.operator, self.operand.type))


@dataclass(frozen=True)
class Binary(Expression):
    """Two expressions and an operator between them: `+ - * / % ** == != < <= > >= and or ??`."""

    operator: str
    left: Expression
    right: Expression

    def __post_init__(self) -> None:
        _checked(self)

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.left, self.right)

    @cached_property
    def type(self) -> StaticType:
        return _typed(self, binary_type(self.operator, self.left.type, self.right.type))


@dataclass(frozen=True)
class Conditional(Expression):
    """`condition ? then : otherwise`."""

    condition: Expression
    then: Expression
    otherwise: Expression

    def __post_init__(self) -> None:
        _checked(self)

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.condition, self.then, self.otherwise)

    @cached_property
    def type(self) -> StaticType:
        return _typed(self, conditional_type(self.condition.type, self.then.type, self.otherwise.type))


@dataclass(frozen=True)
class Array(Expression):
    """`[a, b]`, the argument of `sum`, `count`, `mean` and their like."""

    items: tuple[Expression, ...]

    def __post_init__(self) -> None:
        _checked(self)

    @property
    def parts(self) -> tuple[Expression, ...]:
        return self.items

    @cached_property
    def type(self) -> StaticType:
        return array_of([item.type for item in self.items])


@dataclass(frozen=True)
class Element(Expression):
    """`#`, the element that a condition looks at."""

    static: StaticType = FLOAT
    """Its type: that of the elements of the array."""

    @cached_property
    def type(self) -> StaticType:
        return self.static


@dataclass(frozen=True)
class Call(Expression):
    """A function of expr with its arguments; `count`, `sum`, `all`, `any`, `none` and `one` may take a condition on `#`."""

    function: str
    arguments: tuple[Expression, ...]
    condition: Expression | None = None

    def __post_init__(self) -> None:
        if self.condition is not None and self.function not in PREDICATES:
            raise ExpressionError(f"{self.function} takes no condition", "leave it out")
        _checked(self)
        for element in _elements(self.condition) if self.condition is not None else ():
            if element.type != element_type(self.arguments[0].type):
                raise ExpressionError(f"# is {element_type(self.arguments[0].type)} here", "build it with over_list")

    @property
    def parts(self) -> tuple[Expression, ...]:
        return self.arguments if self.condition is None else (*self.arguments, self.condition)

    @cached_property
    def type(self) -> StaticType:
        condition = None if self.condition is None else self.condition.type
        return result_type(self.function, [argument.type for argument in self.arguments], condition)


def constant(value: Expression | Literal) -> Expression:
    """An expression for a number; expressions pass through."""
    return value if isinstance(value, Expression) else Constant(value)


def negative(operand: Expression) -> Expression:
    """`-x`; of a number, the number."""
    if isinstance(operand, Constant) and operand.type in (INT, FLOAT):
        assert operand.value is not None  # noqa: S101 - follows from its type
        return Constant(-operand.value)
    return Unary("-", operand)


def _elements(node: Expression) -> Iterator[Element]:
    """The `#` of this condition; a condition within it has its own."""
    if isinstance(node, Element):
        yield node
    for part in node.arguments if isinstance(node, Call) else node.parts:
        yield from _elements(part)


def _checked(node: Expression) -> None:
    """Builds the type, which raises where the checker refuses; stops trees that nobody could read."""
    if node.depth > MAX_DEPTH:
        raise NotUnderstood(f"an expression nested more than {MAX_DEPTH} deep")
    _ = node.type
    taken = node.arguments if isinstance(node, Call) else ()
    if any(part.type.element is not None and part not in taken for part in node.parts):
        raise NotUnderstood("a list outside the functions that take one")


def _typed(node: Expression, found: StaticType | None) -> StaticType:
    if found is not None:
        return found
    operator = node.operator if isinstance(node, Unary | Binary) else "? :"
    raise ExpressionError(*mismatch(operator, [part.type for part in node.parts]))
