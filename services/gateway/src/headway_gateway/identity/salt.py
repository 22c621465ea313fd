"""What keeps one client's prompts apart from another's in a model server's prefix cache."""

from functools import lru_cache
from hashlib import sha256

REMEMBERED = 4096
"""Clients whose salt is not computed anew; an issuer may have any number of subjects."""


@lru_cache(maxsize=REMEMBERED)
def salt_of(client: str) -> str:
    """The same for a client on every gateway; no client can state another's. 32 hexadecimal digits."""
    return sha256(b"headway cache salt\0" + client.encode()).hexdigest()[:32]
