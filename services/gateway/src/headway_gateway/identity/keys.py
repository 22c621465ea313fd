"""API keys, known only by their SHA-256.

One `name:sha256-hex` a line; `#` begins a comment. A name may have several lines: while a key is rotated, the old and
the new one both hold. A presented key is hashed and found by the first bytes of its hash, then compared in constant
time; what the look-up's time could tell is the hash of a key that the asker already has.
"""

import hmac
import re
from hashlib import sha256
from pathlib import Path

_LINE = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,62}):([0-9a-f]{64})")
PREFIX_BYTES = 4


class BadKeys(ValueError):
    """The key file cannot be used; each line of the message names a line of the file, never its content."""


class ApiKeys:
    """The keys of one reading of the file."""

    def __init__(self, hashes: list[tuple[str, bytes]]) -> None:
        self._by_prefix: dict[bytes, list[tuple[str, bytes]]] = {}
        for name, digest in hashes:
            self._by_prefix.setdefault(digest[:PREFIX_BYTES], []).append((name, digest))
        self.names = frozenset(name for name, _ in hashes)

    @classmethod
    def read(cls, path: Path) -> "ApiKeys":
        """Read a key file. Raises `BadKeys`, all faults at once."""
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise BadKeys(f"{path}: cannot be read ({type(error).__name__}); give a readable text file") from None
        hashes, faults = [], []
        for number, line in enumerate(lines, 1):
            stated = line.partition("#")[0].strip()
            if not stated:
                continue
            matched = _LINE.fullmatch(stated)
            if matched:
                hashes.append((matched[1], bytes.fromhex(matched[2])))
            else:
                faults.append(
                    f"{path}:{number}: is not name:sha256-hex; hash the key, as `printf %s KEY | sha256sum` does"
                )
        if not hashes and not faults:
            faults.append(f"{path}: has no key; write name:sha256-hex lines, or start with --insecure-no-auth")
        if faults:
            raise BadKeys("\n".join(faults))
        return cls(hashes)

    def holder(self, key: bytes) -> str | None:
        """Whose key this is, if anybody's."""
        digest = sha256(key).digest()
        for name, known in self._by_prefix.get(digest[:PREFIX_BYTES], ()):
            if hmac.compare_digest(known, digest):
                return name
        return None
