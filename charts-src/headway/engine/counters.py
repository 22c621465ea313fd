"""What an engine has counted since it started; names follow vLLM's metrics."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Only ever grow."""

    steps: int = 0
    prompt_tokens: int = 0
    """Prompt tokens of requests whose first prefill ended."""
    generation_tokens: int = 0
    preemptions: int = 0
    prefix_queries: int = 0
    """Prompt tokens looked up in the prefix cache; those of preempted requests are not counted again."""
    prefix_hits: int = 0
    """Of these, tokens found."""
    finished: int = 0
    aborted: int = 0
