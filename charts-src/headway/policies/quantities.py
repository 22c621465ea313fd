"""Kubernetes quantities as numbers."""

import math
import re

_FACTORS = {"m": 1e-3, "": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
_FACTORS |= {f"{prefix}i": 1024**power for power, prefix in enumerate("KMGTPE", start=1)}


def amount(text: str) -> float:
    """`4Gi` as 4294967296.0, `250m` as 0.25. Raises `ValueError` for a text that is no quantity."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([EPTGMK]i|[EPTGMkm])?", text)
    if match is None:
        raise ValueError(f"{text!r} is no quantity")
    return float(match[1]) * _FACTORS[match[2] or ""]


def millicores(text: str) -> int:
    """CPU in thousandths of a core."""
    return round(amount(text) * 1000)


def mebibytes(text: str) -> int:
    """Memory in MiB, rounded up."""
    return math.ceil(amount(text) / 2**20)
