"""Static types of expr-lang, as far as formulas over metrics need them, and the rules of its type checker.

Read from expr-lang/expr v1.17.8, the version in KEDA 2.20's go.mod: `checker/checker.go`, `checker/nature/nature.go`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class StaticType:
    """What the checker knows of a value before it exists."""

    name: str
    element: StaticType | None = None
    """Of an array: the type of its elements."""

    def __str__(self) -> str:
        return self.name


INT = StaticType("int")
FLOAT = StaticType("float64")
BOOL = StaticType("bool")
NIL = StaticType("nil")
UNKNOWN = StaticType("unknown")
"""The checker lost track: a ternary of an int and a float."""
ANY = StaticType("any")
"""A function's declared result. Unlike `UNKNOWN`, everything can be assigned to it."""

NUMBERS = (INT, FLOAT)
UNTYPED = (UNKNOWN, ANY)
ARITHMETIC = ("+", "-", "*")
COMPARISON = ("<", "<=", ">", ">=")


def array_of(elements: Sequence[StaticType]) -> StaticType:
    """The type of `[…]`: that of its elements where all are of one kind."""
    same = len({_kind(element) for element in elements}) <= 1
    return StaticType("[]any", (elements[-1] if elements else UNKNOWN) if same else ANY)


def element_type(collection: StaticType) -> StaticType:
    """The type of `#` in a condition over the collection."""
    return collection.element or UNKNOWN


def unary_type(operator: str, operand: StaticType) -> StaticType | None:
    """Type of `not x` and `-x`; `None` where the checker refuses."""
    if operator == "not":
        return BOOL if operand is BOOL or operand in UNTYPED else None
    if operand in NUMBERS:
        return operand
    return UNKNOWN if operand in UNTYPED else None


def binary_type(operator: str, left: StaticType, right: StaticType) -> StaticType | None:
    """Type of `left operator right`; `None` where the checker refuses."""
    if operator == "??":
        return _coalesced(left, right)
    if operator in ("==", "!="):
        return BOOL if _comparable(left, right) else None
    if operator in ("and", "or"):
        return BOOL if _both(left, right, (BOOL,)) else None
    if operator == "%":
        return INT if _both(left, right, (INT,)) else None
    if not _both(left, right, NUMBERS):
        return None
    if operator in COMPARISON:
        return BOOL
    if operator in ("/", "**"):
        return FLOAT
    if left in UNTYPED or right in UNTYPED:
        return UNKNOWN
    return FLOAT if FLOAT in (left, right) else INT


def conditional_type(condition: StaticType, then: StaticType, otherwise: StaticType) -> StaticType | None:
    """Type of `condition ? then : otherwise`; `None` where the condition cannot be a boolean."""
    if condition is not BOOL and condition not in UNTYPED:
        return None
    if then is NIL:
        return otherwise
    if otherwise is NIL or assignable(then, otherwise):
        return then
    return UNKNOWN


def mismatch(operator: str, operands: Sequence[StaticType]) -> tuple[str, str]:
    """What to say of an operator that cannot take these types: the fault, and the remedy."""
    types = " and ".join(str(operand) for operand in operands)
    if operator == "? :":
        return f"the condition of ? : is {operands[0]}", "make it a comparison, such as a > 1"
    fault = f"{operator} cannot take {types}"
    if operator == "%":
        return fault, "it needs whole numbers and metrics are float64: write int(a) % int(b)"
    if operator in ("and", "or", "not"):
        return fault, "it needs comparisons, such as a > 1"
    if BOOL in operands:
        return fault, "write condition ? 1 : 0 for a number"
    return fault, "nil stands only beside ??, == and !=" if NIL in operands else "it needs numbers"


def assignable(value: StaticType, to: StaticType) -> bool:
    """Whether Go would let the one be assigned to the other."""
    if value is NIL:
        return to is ANY or to.element is not None
    if UNKNOWN in (value, to):
        return False
    return to is ANY or value == to or (value.element is not None and to.element is not None)


def _coalesced(left: StaticType, right: StaticType) -> StaticType:
    if left is NIL:
        return right
    return left if right is NIL or assignable(right, left) else UNKNOWN


def _comparable(left: StaticType, right: StaticType) -> bool:
    if left in (*UNTYPED, NIL) or right in (*UNTYPED, NIL):
        return True
    return (left in NUMBERS and right in NUMBERS) or assignable(left, right)


def _both(left: StaticType, right: StaticType, allowed: tuple[StaticType, ...]) -> bool:
    """Whether both are allowed, where what the checker does not know passes."""
    return all(side in allowed or side in UNTYPED for side in (left, right))


def _kind(element: StaticType) -> str:
    return "nil" if element is UNKNOWN else element.name
