"""What launcher and engine process tell each other: one JSON object a line over a Unix socket."""

import msgspec

CONTROL_VARIABLE = "HEADWAY_MODEL_SERVER_CONTROL"
"""Environment variable with the path of that socket, set for the engine process."""


class Welcome(msgspec.Struct, tag="welcome", frozen=True):
    """The launcher's first message."""

    tokens_series: str
    """The engine's own counter of generated tokens (`vllm:generation_tokens_total`)."""


class ColdStartSeen(msgspec.Struct, tag="cold_start_seen", frozen=True):
    """How long the parts of this start took, as far as they are over."""

    seconds: dict[str, float]
    """By phase."""
    artifacts: dict[str, int]
    """Compiled artifacts by `hit` (taken from the cache) and `miss` (compiled)."""


class Drain(msgspec.Struct, tag="drain", frozen=True):
    """Refuse new work from now on."""


class Cut(msgspec.Struct, tag="cut", frozen=True):
    """End what is still in work."""


class InWork(msgspec.Struct, tag="in_work", frozen=True):
    """The engine process's count of requests, sent whenever it changes once it drains."""

    requests: int


class Ready(msgspec.Struct, tag="ready", frozen=True):
    """A first token was made."""

    first_token_seconds: float
    """Time that the request for it took."""


ToEngine = Welcome | ColdStartSeen | Drain | Cut
FromEngine = InWork | Ready


def encoded(message: ToEngine | FromEngine) -> bytes:
    """A message as one line."""
    return msgspec.json.encode(message) + b"\n"
