"""Numbers as Go computes them: 64-bit integers that wrap, IEEE floats that never raise.

Where Go leaves a result to the machine (a float that no int64 can hold, converted to one) this is what amd64 gives: the
smallest int64. arm64 gives the nearest one instead.
"""

import math

Number = int | float

_SMALLEST = -(2**63)
_MODULUS = 2**64


def wrapped(value: int) -> int:
    """The int64 with the same low 64 bits."""
    return (value - _SMALLEST) % _MODULUS + _SMALLEST


def to_int(value: float) -> int:
    """`int(value)`: towards zero; what does not fit, and NaN, becomes the smallest int64 (as on amd64)."""
    if math.isfinite(value) and -(2.0**63) <= value < 2.0**63:
        return int(value)
    return _SMALLEST


def divided(left: float, right: float) -> float:
    """`left / right`; by zero it is an infinity, or NaN for zero by zero."""
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def remainder(left: int, right: int) -> int:
    """`left % right` with the sign of the left one. Raises `ZeroDivisionError`."""
    rest = abs(left) % abs(right)
    return -rest if left < 0 else rest


def rounded(value: float) -> float:
    """`round(value)`: halves away from zero."""
    if not math.isfinite(value):
        return value
    whole = math.trunc(value)
    if abs(value - whole) >= 0.5:
        whole += 1 if value > 0 else -1
    return math.copysign(float(whole), value)


def floored(value: float) -> float:
    """`floor(value)`; keeps the sign of zero."""
    return math.copysign(float(math.floor(value)), value) if math.isfinite(value) else value


def ceiled(value: float) -> float:
    """`ceil(value)`; keeps the sign of zero."""
    return math.copysign(float(math.ceil(value)), value) if math.isfinite(value) else value
