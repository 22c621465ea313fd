"""A body that is refused costs, with its own bytes, no more than twice the largest body that passes."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from nasty_bodies import BODIES, EMOJI, filled

from headway_gateway.admission.admitted import Admitted, Bounds, admit_chat, admit_completion, admit_generate
from headway_gateway.errors import InvalidRequest

LIMIT = 2**18
"""The default of `max_body_bytes`."""
Admit = Callable[[bytes, Bounds, str], Admitted]


def bounds(**changes: Any) -> Bounds:
    stated = {
        "max_messages": 64,
        "max_output_tokens": 4096,
        "max_choices": 1,
        "allow_tools": True,
        "allow_response_format": True,
        "context_of": lambda _model: 1024,
        "large_body_bytes": LIMIT // 8,
    }
    return Bounds(**{**stated, **changes})


def cost(admit: Admit, body: bytes, allowed: Bounds) -> int:
    """Bytes at the peak of refusing a body, besides its own."""
    tracemalloc.start()
    try:
        with pytest.raises(InvalidRequest):
            admit(body, allowed, "0" * 32)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("size", [LIMIT // 8, LIMIT], ids=["small", "large"])
def test_refusing_a_chat_costs_less_than_twice_the_limit(name: str, size: int) -> None:
    body = filled(*BODIES[name], size=size)
    assert len(body) + cost(admit_chat, body, bounds()) <= 2 * LIMIT


@pytest.mark.parametrize("admit", [admit_completion, lambda *given: admit_generate(*given, "tiny")])
@pytest.mark.parametrize("tail", ['","n":99}', '","\\ud800"}', ""])
def test_refusing_a_prompt_costs_less_than_twice_the_limit(admit: Admit, tail: str) -> None:
    body = filled('{"model":"tiny","prompt":"' + EMOJI, "a", tail, size=LIMIT)
    assert len(body) + cost(admit, body, bounds()) <= 2 * LIMIT
