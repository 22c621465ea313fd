"""Kubernetes quantities exactly as apimachinery reads, stores and rounds them (k8s.io/apimachinery v0.35.0, api/resource).

Small numbers are an int64 with a decimal exponent, others a decimal of nine places; the two round and overflow differently,
so both forms are kept. `700m`, `1.5`, `2k`, `4Gi` and `12e6` are quantities.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from headway.scaling.machine_numbers import INT64_MAX, divide_toward_zero, wrap

Format = Literal["decimal", "binary", "exponent"]
_TEXT = re.compile(r"(?P<sign>[+-]?)(?P<whole>[0-9]*)(?:\.(?P<part>[0-9]*))?(?P<suffix>[A-Za-z]*[+-]?[0-9]*)", re.ASCII)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_MOST_DIGITS = 18
_ONE_STEP = (0, 1, 2, 3, 6, 9)
"""Powers of ten that upstream multiplies by at once, so that an overflow wraps; others, in steps, overflow to 0."""
_LARGEST_EXPONENT = 400
_MOST_CHARACTERS = 400


@dataclass(frozen=True)
class Quantity:
    """`unscaled * 10**scale`."""

    unscaled: int
    scale: int
    boxed: bool
    """Whether it is held as a decimal rather than as an int64."""
    form: Format
    text: str | None
    """The text it came from, where that is already canonical."""

    @property
    def sign(self) -> int:
        """-1, 0 or 1."""
        return (self.unscaled > 0) - (self.unscaled < 0)

    def milli(self) -> int:
        """Thousandths, rounded up, in 64 bits. Overflows as upstream does."""
        return _decimal_milli(self.unscaled, self.scale) if self.boxed else _int64_milli(self.unscaled, self.scale)

    def approximate(self) -> float:
        """The float that upstream calculates with."""
        return float(self.unscaled) * 10.0**self.scale if self.scale else float(self.unscaled)

    def canonical(self) -> str:
        """The text that an API server stores."""
        if self.text is not None:
            return self.text
        if self.unscaled == 0:
            return "0"
        if self.form == "binary":
            return self._binary_text()
        return _decimal_text(self.unscaled, self.scale, self.form)

    def _binary_text(self) -> str:
        whole = self.unscaled * 10**self.scale if self.scale >= 0 else self.unscaled // 10**-self.scale
        exact = self.scale >= 0 or self.unscaled % 10**-self.scale == 0
        if not exact or abs(whole) < 1024:
            return _decimal_text(self.unscaled, self.scale, "decimal")
        exponent = 0
        while abs(whole) >= 1024 and whole % 1024 == 0:
            whole, exponent = whole // 1024, exponent + 10
        suffixes = {power: name for name, power in _BINARY.items()}
        return f"{whole}{suffixes.get(exponent, '')}"


@lru_cache(maxsize=4096)
def parse(text: str) -> Quantity:
    """A quantity from its text. Raises `ValueError` for a text that is none."""
    if text == "0":
        return Quantity(0, 0, False, "decimal", text)
    match = _TEXT.fullmatch(text) if len(text) <= _MOST_CHARACTERS else None
    if match is None or not text:
        raise ValueError(f"{text[:60]!r} is no quantity; write 700m, 1.5, 25 or 2k")
    base, exponent, form = _suffix(text, match["suffix"])
    negative = match["sign"] == "-"
    whole, part = match["whole"].lstrip("0") or "0", match["part"] or ""
    small = _small(negative, whole, part, base, exponent)
    if small is None:
        if not match["whole"] and not part:
            raise ValueError(f"{text[:60]!r} is no quantity; write 700m, 1.5, 25 or 2k")
        return _large(negative, whole, part, base, exponent, form)
    unscaled, scale = small
    return Quantity(unscaled, scale, False, form, text if _is_canonical(whole + part, base, exponent, scale) else None)


def stored(text: str) -> Quantity:
    """The quantity that a controller reads back from an API server. Raises `ValueError`."""
    return parse(parse(text).canonical())


def _suffix(text: str, suffix: str) -> tuple[int, int, Format]:
    if suffix in _DECIMAL:
        return 10, _DECIMAL[suffix], "decimal"
    if suffix in _BINARY:
        return 2, _BINARY[suffix], "binary"
    if re.fullmatch(r"[eE][+-]?[0-9]+", suffix) and abs(int(suffix[1:])) <= _LARGEST_EXPONENT:
        return 10, int(suffix[1:]), "exponent"
    raise ValueError(
        f"{text[:60]!r} is no quantity; suffixes are {' '.join(s for s in (*_DECIMAL, *_BINARY) if s)} or e6"
    )


def _small(negative: bool, whole: str, part: str, base: int, exponent: int) -> tuple[int, int] | None:
    """The int64 form, or `None` where upstream takes the decimal one."""
    factor, scale = 1, -len(part)
    if base == 10:
        fits = len(whole) + len(part) <= _MOST_DIGITS
        scale += exponent
    else:
        fits = not part and 15 - len(whole) - exponent * 3 // 10 - 1 >= 0
        factor = 1 << exponent
    value = int(whole + part) * factor
    if not fits or scale < -9 or value > INT64_MAX:
        return None
    return -value if negative else value, scale


def _is_canonical(digits: str, base: int, exponent: int, scale: int) -> bool:
    if base == 2:
        return exponent % 10 == 0 and int(digits) & 7 != 0
    return scale % 3 == 0 and not digits.endswith("000") and not digits.startswith("0")


def _large(negative: bool, whole: str, part: str, base: int, exponent: int, form: Format) -> Quantity:
    """Nine decimal places, rounded away from zero; binary ones end at the largest int64."""
    unscaled, scale = int(whole + part), -len(part)
    if base == 10:
        scale += exponent
    else:
        unscaled <<= exponent
    if unscaled:
        shift = scale + 9
        unscaled = unscaled * 10**shift if shift >= 0 else -(-unscaled // 10**-shift)
        scale = -9
    if form == "binary" and unscaled > INT64_MAX * 10**-scale:
        unscaled, scale = INT64_MAX, 0
    if form == "binary" and 0 < unscaled < 10**-scale:
        form = "decimal"
    return Quantity(-unscaled if negative else unscaled, scale, True, form, None)


def _ten(power: int) -> int:
    return int(10**power)


def _int64_milli(value: int, scale: int) -> int:
    if scale >= -3:
        scaled = value * _ten(scale + 3)
        return wrap(scaled, 64) if abs(scaled) <= INT64_MAX or scale + 3 in _ONE_STEP else 0
    divisor = _ten(-3 - scale)
    away = -(-abs(value) // divisor)
    return away if value > 0 else -away


def _decimal_milli(unscaled: int, scale: int) -> int:
    shift = -scale - 3
    if shift <= 0:
        return wrap(wrap(unscaled, 64) * _ten(-shift), 64)
    if unscaled < INT64_MAX and shift < 19:
        value = wrap(unscaled, 64)
        quotient = divide_toward_zero(value, _ten(shift))
        return quotient + (value != quotient * _ten(shift))
    quotient, rest = divmod(unscaled, _ten(shift))
    return wrap(wrap(quotient, 64) + (rest != 0), 64)


def _decimal_text(unscaled: int, scale: int, form: Format) -> str:
    while unscaled and unscaled % 10 == 0:
        unscaled, scale = unscaled // 10, scale + 1
    unscaled, scale = unscaled * 10 ** (scale % 3), scale - scale % 3
    if form == "exponent":
        return f"{unscaled}e{scale}" if scale else str(unscaled)
    suffixes = {power: name for name, power in _DECIMAL.items()}
    return f"{unscaled}{suffixes.get(scale, '')}"
