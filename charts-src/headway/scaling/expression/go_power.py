"""`base ** exponent` to the last bit, as Go's math package computes it on amd64 with fused multiply-add (2013 and later).

Go multiplies mantissas by repeated squaring and takes a broken exponent through its own `log` and `exp`, so results differ
from C's `pow` in the last digits, and 49 ** 2.5 is 16807 or one thousandth less. The steps and constants are those of
Go's `math/pow.go`, `log_amd64.s` (after FreeBSD's e_log.c) and `exp_amd64.s` (after SLEEF, in the public domain).
"""

import math
import struct
from fractions import Fraction

from headway.scaling.expression.go_numbers import divided

_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_LOG_ODD = (6.666666666666735130e-01, 2.857142874366239149e-01, 1.818357216161805012e-01, 1.479819860511658591e-01)
_LOG_EVEN = (3.999999999940941908e-01, 2.222219843214978396e-01, 1.531383769920937332e-01)
_LN2_UPPER, _LN2_LOWER = (
    0.69314718055966295651160180568695068359375,
    0.28235290563031577122588448175013436025525412068e-12,
)
_INVERSE_FACTORIALS = (
    2.4801587301587301587e-5,
    1.9841269841269841270e-4,
    1.3888888888888888889e-3,
    8.3333333333333333333e-3,
    4.1666666666666666667e-2,
    1.6666666666666666667e-1,
    0.5,
    1.0,
)


def power(base: float, exponent: float) -> float:
    """`base ** exponent`; NaN for a broken exponent of a negative base, never an exception."""
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
        mantissa = _exp(fraction * _log(base))
    return _raised(base, int(whole), mantissa, invert=exponent < 0)


def _log(value: float) -> float:
    """Natural logarithm of a positive number."""
    bits: int = struct.unpack("<q", struct.pack("<d", value))[0]
    part: float = struct.unpack("<d", struct.pack("<q", bits & 0x000FFFFFFFFFFFFF | 0x3FE0000000000000))[0]
    exponent = float((bits >> 52) - 0x3FE)
    if part < math.sqrt(2) / 2:
        exponent, part = exponent - 1, part * 2
    f = part - 1
    s = f / (2 + f)
    square = s * s
    fourth = square * square
    odd = _LOG_ODD[3]
    for factor in reversed(_LOG_ODD[:3]):
        odd = odd * fourth + factor
    even = _LOG_EVEN[2]
    for factor in reversed(_LOG_EVEN[:2]):
        even = even * fourth + factor
    rest = square * odd + fourth * even
    half = 0.5 * f * f
    return exponent * _LN2_HIGH - ((half - (s * (half + rest) + exponent * _LN2_LOW)) - f)


def _exp(value: float) -> float:
    """e to a power between -355 and 355, where nothing overflows."""
    exponent = round(1.4426950408889634 * value)
    reduced = _fused(-float(exponent), _LN2_UPPER, value)
    reduced = _fused(-float(exponent), _LN2_LOWER, reduced) * 0.0625
    series = _INVERSE_FACTORIALS[0]
    for factor in _INVERSE_FACTORIALS[1:]:
        series = _fused(reduced, series, factor)
    grown = reduced * series
    for _ in range(3):
        grown *= grown + 2.0
    return math.ldexp(_fused(grown + 2.0, grown, 1.0), exponent)


def _fused(one: float, other: float, added: float) -> float:
    """`one * other + added`, rounded once."""
    return float(Fraction(one) * Fraction(other) + Fraction(added))


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
