"""Keys of one run: made anew each time, known to the gateway by their hashes, handed out in URL fragments."""

import hashlib
import secrets
from dataclasses import dataclass, field


def _key() -> str:
    return secrets.token_urlsafe(18)


@dataclass(frozen=True)
class Keys:
    """One key for each kind of caller."""

    audience: str = field(default_factory=_key, repr=False)
    presenter: str = field(default_factory=_key, repr=False)
    load: str = field(default_factory=_key, repr=False)
    control: str = field(default_factory=_key, repr=False)
    """Not the gateway's: it lets a caller steer the run."""

    def file(self) -> str:
        """The gateway's key file."""
        named = {"audience": self.audience, "presenter": self.presenter, "load": self.load}
        return "".join(f"{name}:{hashlib.sha256(key.encode()).hexdigest()}\n" for name, key in named.items())
