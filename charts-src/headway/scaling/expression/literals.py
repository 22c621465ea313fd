"""Number literals of expr: `10`, `2.5`, `1e3`, `0x1F`, `0o17`, `0b11`, with `_` between digits."""

from headway.scaling.expression.errors import FormulaError
from headway.scaling.expression.lexer import Token
from headway.scaling.expression.nodes import LARGEST_INT, Constant

_BASES = {"0x": 16, "0b": 2, "0o": 8}


def number(token: Token) -> Constant:
    """The constant. Raises `FormulaError` for what expr cannot read."""
    text = token.text.replace("_", "").lower()
    base = _BASES.get(text[:2], 10)
    try:
        if base != 16 and ("." in text or "e" in text):
            return Constant(_float(text))
        value = int(text[2:] if base != 10 else text, base)
        if value > LARGEST_INT:
            raise ValueError("more than 64 bits")
        return Constant(value)
    except ValueError as error:
        raise FormulaError(
            f"{token.text!r} is no number ({error})", "write digits, such as 10 or 2.5", token.position
        ) from None


def _float(text: str) -> float:
    value = float(text)
    if value == float("inf"):
        raise ValueError("more than a float64 holds")
    return value
