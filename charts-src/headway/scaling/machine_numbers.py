"""Numbers as the controller's machine has them: 32 and 64 bits that wrap, floats that divide by zero.

Conversions of floats that do not fit follow amd64, which is what EKS's control plane was measured on: the smallest int32.
"""

import math

INT32_MAX = 2**31 - 1
INT32_MIN = -(2**31)
INT64_MAX = 2**63 - 1


def wrap(value: int, bits: int) -> int:
    """The two's complement value that fits in `bits`."""
    half = 1 << (bits - 1)
    return (value + half) % (1 << bits) - half


def divide_toward_zero(value: int, divisor: int) -> int:
    """Integer quotient, fraction dropped."""
    quotient = abs(value) // abs(divisor)
    return quotient if (value < 0) == (divisor < 0) else -quotient


def ratio(value: float, divisor: float) -> float:
    """Quotient of floats; infinite or not a number where the divisor is 0."""
    if divisor == 0:
        return math.nan if value == 0 or math.isnan(value) else math.copysign(math.inf, value)
    return value / divisor


def to_int32(value: float) -> int:
    """Fraction dropped."""
    if not math.isfinite(value) or not INT32_MIN <= math.trunc(value) <= INT32_MAX:
        return INT32_MIN
    return math.trunc(value)


def ceil_to_int32(value: float) -> int:
    """Rounded up."""
    return to_int32(math.ceil(value)) if math.isfinite(value) else INT32_MIN


def capped_ceil(value: float) -> int:
    """Rounded up, at most the largest int32."""
    return INT32_MAX if value > INT32_MAX else ceil_to_int32(value)


def to_int64(value: float) -> int:
    """Fraction dropped; the smallest int64 for what does not fit."""
    if not math.isfinite(value) or not -(2**63) <= math.trunc(value) <= INT64_MAX:
        return -(2**63)
    return math.trunc(value)
