"""A caller that has been recognised."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks. The name comes from the operator's key file or the issuer, never from a request field."""

    name: str
    """Name of the key, or the token's subject."""
    limited_as: str
    """What its limits are counted under: the name, and the address too where many people share the key."""
    presenter: bool = False
    """May draw winners."""
