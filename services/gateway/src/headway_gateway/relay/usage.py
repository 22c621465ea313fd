"""How many tokens an answer had, as the model server counted them; read from its bytes, which stay as they are.

A model cannot forge the count from inside a text: there, JSON escapes the quotes that these patterns ask for.
"""

import re
from dataclasses import dataclass

_PROMPT = re.compile(rb'"prompt_tokens": ?(\d{1,9})')
_COMPLETION = re.compile(rb'"completion_tokens": ?(\d{1,9})')
TAIL_BYTES = 2048


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer."""

    prompt_tokens: int
    completion_tokens: int


def usage_in(body: bytes) -> Usage | None:
    """The last `usage` in the end of an answer."""
    tail = body[-TAIL_BYTES:]
    prompt, completion = _PROMPT.findall(tail), _COMPLETION.findall(tail)
    return Usage(int(prompt[-1]), int(completion[-1])) if prompt and completion else None
