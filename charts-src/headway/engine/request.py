"""A request as the engine sees it, and the sequence that it becomes there."""

from dataclasses import dataclass, field
from typing import Literal

FinishReason = Literal["length", "stop"]


@dataclass(frozen=True, slots=True)
class Request:
    """One sequence to be made. How long its answer is, is known beforehand: no model is asked."""

    id: str
    """Unique among the requests that the engine holds."""
    prompt_tokens: int
    """At least 1."""
    output_tokens: int
    """Tokens after which it ends, at least 1."""
    finish_reason: FinishReason = "length"
    """Why it ends there."""
    block_hashes: tuple[int, ...] = ()
    """For each full block of the prompt, a value that stands for it and everything before it; empty: never shared."""


@dataclass(slots=True, eq=False)
class Sequence:
    """A request inside an engine. Times are on the caller's clock, in seconds; only the engine writes."""

    request: Request
    arrived: float
    admitted: float | None = None
    """When it first joined a step."""
    first_token: float | None = None
    """When the step of its first token ended."""
    finished: float | None = None
    """When the step of its last token ended."""
    preemptions: int = 0
    cached_tokens: int = 0
    """Prompt tokens that the prefix cache spared it at its first admission."""
    generated: int = 0
    """Tokens made, as of its last entry into the decoding sequences; `Engine.generated` knows those since."""
    computed: int = 0
    """Tokens in the KV cache, as of the same moment."""
    joined: int = 0
    """Number of the step in which its prefill ended."""
    shared: list[int] = field(default_factory=list)
    """Hashes of the blocks it holds together with others, or may come to."""

    @property
    def target(self) -> int:
        """Tokens to prefill: the prompt, and after a preemption what was generated as well."""
        return self.request.prompt_tokens + self.generated

    @property
    def remaining(self) -> int:
        """Tokens still to be made when it enters decoding."""
        return self.request.output_tokens - self.generated
