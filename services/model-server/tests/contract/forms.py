"""What two answers have in common when ids, times and texts are taken out."""

import json
import re
from pathlib import Path
from typing import Any

FREE = frozenset(
    {"id", "created", "model", "content", "text", "root", "system_fingerprint", "prompt_tokens", "total_tokens"}
)
"""Keys whose value is not compared, only its type."""


def form(value: Any, key: str = "") -> Any:
    """Keys in order, types, and the values that mean something."""
    if isinstance(value, dict):
        return [(name, form(inner, name)) for name, inner in value.items()]
    if isinstance(value, list):
        return [form(inner, key) for inner in value]
    return type(value).__name__ if key in FREE and value is not None else value


def parsed(raw: bytes) -> Any:
    """The JSON of a body, which must have been written without blanks and with its characters as they are."""
    value = json.loads(raw)
    assert json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() == raw
    return value


def stream_form(raw: bytes) -> list[Any]:
    """The form of each event of a stream, equal neighbours counted once; events are separated as recorded."""
    assert raw.endswith(b"\n\n")
    events = raw[:-2].split(b"\n\n")
    assert all(event.startswith(b"data: ") for event in events)
    forms = [form(parsed(event[6:])) if event != b"data: [DONE]" else "[DONE]" for event in events]
    return [one for at, one in enumerate(forms) if at == 0 or one != forms[at - 1]]


class Recorded:
    """A recorded HTTP answer."""

    def __init__(self, path: Path) -> None:
        head, _, self.body = path.read_bytes().replace(b"\r\n", b"\n").partition(b"\n\n")
        lines = head.decode().split("\n")
        self.status = int(lines[0].split()[1])
        self.header_names = [line.partition(":")[0] for line in lines[1:]]


def masked(body: bytes, *names: str) -> bytes:
    """A body with numbers and these names taken out."""
    for name in names:
        body = body.replace(name.encode(), b"NAME")
    return re.sub(rb"\d+", b"N", body)
