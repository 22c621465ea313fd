"""What one step of an engine did."""

from typing import NamedTuple, Protocol

from headway.engine.request import Sequence


class StepSeconds(Protocol):
    """Seconds of one step as a function of its work (`headway.recipes.step_time.StepTime` is one)."""

    def __call__(
        self, decoding: float, context_tokens: float, prompt_tokens: float = ..., prompt_context: float = ..., /
    ) -> float:
        """`context_tokens`: mean length of the decoding sequences; `prompt_context`: mean position of prompt tokens."""


class Step(NamedTuple):
    """One step: who got a token, who ended, who lost its blocks. Everything is true at `end`."""

    start: float
    """When it began, on the caller's clock in seconds."""
    seconds: float
    """How long it takes."""
    decoded: tuple[Sequence, ...]
    """Sequences that were decoding and got one token each, in the order they run in."""
    prefilled: tuple[Sequence, ...]
    """Sequences whose prefill ended and that got one token each with it."""
    finished: tuple[Sequence, ...]
    """Those of both that ended; their blocks are free."""
    preempted: tuple[Sequence, ...]
    """Sequences that lost their blocks and wait again, first of all."""
    prompt_tokens: int
    """Tokens computed for prefills."""

    @property
    def end(self) -> float:
        """When its tokens are there."""
        return self.start + self.seconds

    @property
    def tokens(self) -> int:
        """Tokens the step computed, never above `max_num_batched_tokens`."""
        return len(self.decoded) + self.prompt_tokens
