"""How winners are chosen from a seed, so that anybody with the ids can do it again.

hmac-sha256-order, version 1: each id gets HMAC-SHA256(key = seed, message = id), both as UTF-8; the winners are those
with the smallest values, in that order, compared byte by byte. It needs no random generator, whose sequence a new
version of a language may change, and the order in which ids are listed has no part in it.
"""

import hashlib
import hmac
from collections.abc import Iterable

ALGORITHM = "hmac-sha256-order"
VERSION = 1


def select(seed: str, entries: Iterable[str], winners: int) -> list[str]:
    """The ids of at most `winners` winners, the first prize first."""
    ranked = sorted(set(entries), key=lambda entry: (_rank(seed, entry), entry))
    return ranked[:winners]


def lines(entries: Iterable[str]) -> bytes:
    """The ids that take part, sorted, each followed by a line feed."""
    return "".join(f"{entry}\n" for entry in sorted(set(entries))).encode()


def digest(entries: Iterable[str]) -> str:
    """SHA-256 of `lines` in hex: which answers took part, without naming them."""
    return hashlib.sha256(lines(entries)).hexdigest()


def _rank(seed: str, entry: str) -> bytes:
    return hmac.digest(seed.encode(), entry.encode(), "sha256")
