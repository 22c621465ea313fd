"""Lawful engines and requests, and drivers that run them to the end."""

from typing import Any

from headway.engine import Engine, Limits, Request, Step

MOST_STEPS = 100_000
"""Bound of every run: an engine that loses a request must fail a test, not hang it."""


def limits(**over: Any) -> Limits:
    """Eight sequences, 64 tokens a step, 32 blocks of 4 tokens."""
    lawful: dict[str, Any] = {
        "max_num_seqs": 8,
        "max_num_batched_tokens": 64,
        "max_model_len": 100,
        "kv_blocks": 33,
        "block_size": 4,
    }
    return Limits(**{**lawful, **over})


def one_second(*_: float) -> float:
    """A step time of one second, whatever the work."""
    return 1.0


def an_engine(**over: Any) -> Engine:
    """An engine with `limits(**over)` whose every step takes one second."""
    return Engine(limits(**over), one_second)


def a_request(number: int = 0, prompt: int = 10, output: int = 5, **over: Any) -> Request:
    """Request `r<number>`."""
    return Request(f"r{number}", prompt, output, **over)


def run(engine: Engine, now: float = 0.0) -> list[Step]:
    """Every step until the engine is idle."""
    steps: list[Step] = []
    while step := engine.step(now):
        steps.append(step)
        now = step.end
        assert len(steps) < MOST_STEPS
    return steps


def names(sequences: Any) -> list[str]:
    """Ids of sequences, in order."""
    return [sequence.request.id for sequence in sequences]
