"""JSON Web Tokens of one issuer, checked by joserfc against a file of public keys."""

import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]
"""Signatures with a private key only: no shared secret, no `none`."""
MAX_REMEMBERED = 4096
MAX_SUBJECT_CHARACTERS = 255
"""RFC 7519 has none; OpenID Connect's bound. A longer one is refused, since two could share what is left of them."""
LEEWAY_SECONDS = 30


class BadJwks(ValueError):
    """The file of public keys cannot be used."""


class Tokens:
    """Verifies tokens and remembers the verdict until they expire, so that a signature is checked once."""

    def __init__(self, keys: KeySet, issuer: str, audience: str) -> None:
        self._keys = keys
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._remembered: dict[bytes, tuple[str, float]] = {}

    @classmethod
    def read(cls, path: Path, issuer: str, audience: str) -> "Tokens":
        """Read a JWKS file. Raises `BadJwks`."""
        try:
            keys = KeySet.import_key_set(_json(path))
        except (OSError, ValueError, TypeError, KeyError, JoseError) as error:
            raise BadJwks(
                f"{path}: is not a JWKS file ({type(error).__name__}); give the issuer's public keys"
            ) from None
        if any(key.is_private for key in keys.keys):
            raise BadJwks(f"{path}: holds a private or shared key; give public keys only")
        return cls(keys, issuer, audience)

    def subject(self, token: bytes) -> str | None:
        """The token's subject, if the token holds now."""
        digest = sha256(token).digest()
        remembered = self._remembered.get(digest)
        if remembered is not None and time.time() < remembered[1]:
            return remembered[0]
        try:
            decoded = jwt.decode(token.decode("ascii"), self._keys, algorithms=ALGORITHMS)
            self._claims.validate(decoded.claims)
        except (JoseError, ValueError, TypeError, KeyError):
            return None
        subject, expires = decoded.claims["sub"], float(decoded.claims["exp"])
        if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_CHARACTERS:
            return None
        if len(self._remembered) >= MAX_REMEMBERED:
            self._remembered.clear()
        self._remembered[digest] = (subject, expires)
        return subject


def _json(path: Path) -> Any:
    return msgspec.json.decode(path.read_bytes(), type=dict[str, object])
