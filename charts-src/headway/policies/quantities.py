"""Kubernetes quantities as numbers."""

import math
import re

from headway.policies.manifest import Field

_FACTORS = {"n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
_FACTORS |= {f"{prefix}i": 1024**power for power, prefix in enumerate("KMGTPE", start=1)}
_QUANTITY = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:([EPTGMK]i|[EPTGMkmun])?|[eE]([-+]?[0-9]{1,2}))")


def amount(text: str) -> float:
    """`4Gi` as 4294967296.0, `250m` as 0.25. Raises `ValueError` for a text that is no quantity."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no quantity")
    return float(match[1]) * (10.0 ** int(match[3]) if match[3] else _FACTORS[match[2] or ""])


def millicores(text: str) -> int:
    """CPU in thousandths of a core."""
    return round(amount(text) * 1000)


def mebibytes(text: str) -> int:
    """Memory in MiB, rounded up."""
    return math.ceil(amount(text) / 2**20)


def quantity(field: Field, *path: str) -> float | None:
    """A quantity in a manifest, or `None` where there is none or it is no quantity."""
    text = field.scalar(*path)
    try:
        return amount(text) if text is not None else None
    except ValueError:
        return None
