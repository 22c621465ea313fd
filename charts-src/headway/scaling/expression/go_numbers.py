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


def power(base: float, exponent: float) -> float:
    """`base ** exponent`.

    Go multiplies mantissas by repeated squaring, so results differ from C's `pow` in the last digits; whole exponents and
    the square root are exactly Go's. A broken exponent goes through `exp` and `log`, which Go does in assembly that depends
    on the processor: there the last digit may differ.
    """
    special = _special_power(base, exponent)
    if special is not None:
        return special
    fraction, whole = math.modf(abs(exponent))
    if fraction and base < 0:
        return math.nan
    if whole >= 2.0**63:
        if base == -1:
            return 1.0
        return 0.0 if (abs(base) < 1) == (exponent > 0) else math.inf
    mantissa = 1.0
    if fraction:
        if fraction > 0.5:
            fraction, whole = fraction - 1, whole + 1
        mantissa = math.exp(fraction * math.log(base))
    return _raised(base, int(whole), mantissa, invert=exponent < 0)


def _special_power(base: float, exponent: float) -> float | None:
    if exponent == 0 or base == 1:
        return 1.0
    if exponent == 1:
        return base
    if math.isnan(base) or math.isnan(exponent):
        return math.nan
    if base == 0 or math.isinf(base) or math.isinf(exponent):
        return math.pow(base, exponent) if base != 0 or exponent > 0 else _zero_to_the_minus(base, exponent)
    if abs(exponent) == 0.5:
        root = math.sqrt(base) if base >= 0 else math.nan
        return root if exponent > 0 else divided(1.0, root)
    return None


def _zero_to_the_minus(base: float, exponent: float) -> float:
    odd = math.isfinite(exponent) and math.fmod(exponent, 2) in (1.0, -1.0)
    return -math.inf if odd and math.copysign(1.0, base) < 0 else math.inf


def _raised(base: float, times: int, mantissa: float, invert: bool) -> float:
    square, square_exponent = math.frexp(base)
    exponent = 0
    while times:
        if abs(square_exponent) > 1 << 12:
            exponent += square_exponent
            break
        if times & 1:
            mantissa *= square
            exponent += square_exponent
        square *= square
        square_exponent <<= 1
        if square < 0.5:
            square += square
            square_exponent -= 1
        times >>= 1
    if invert:
        mantissa, exponent = divided(1.0, mantissa), -exponent
    try:
        return math.ldexp(mantissa, exponent)
    except OverflowError:
        return math.copysign(math.inf, mantissa)
