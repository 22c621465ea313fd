"""How many tokens an answer had, as the model server counted them; read from its bytes, which stay as they are.

A model cannot forge the count from inside a text: there, JSON escapes the quotes that `usage` and these patterns ask for.
"""

import re
from dataclasses import dataclass

_USAGE = b'"usage":'
_PROMPT = re.compile(rb'"prompt_tokens": ?(\d{1,9})')
_COMPLETION = re.compile(rb'"completion_tokens": ?(\d{1,9})')
TAIL_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer."""

    prompt_tokens: int
    completion_tokens: int


def usage_in(body: bytes) -> Usage | None:
    """The last `usage` in the end of an answer."""
    start = body.rfind(_USAGE, max(0, len(body) - TAIL_BYTES))
    if start < 0:
        return None
    prompt, completion = _PROMPT.search(body, start), _COMPLETION.search(body, start)
    return Usage(int(prompt[1]), int(completion[1])) if prompt and completion else None
