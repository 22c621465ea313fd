"""A body that is refused costs, with its own bytes, no more than twice the largest body that passes."""

import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from headway_gateway.admission.admitted import Admitted, Bounds, admit_chat, admit_completion, admit_generate
from headway_gateway.errors import InvalidRequest

LIMIT = 2**18
"""The default of `max_body_bytes`."""
EMOJI = "\U0001f642"
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


def filled(head: str, piece: str, tail: str, size: int = LIMIT) -> bytes:
    """A body of about `size` bytes: as many pieces between head and tail as there is room for."""
    ends = head.encode() + tail.encode()
    return head.encode() + piece.encode() * ((size - len(ends)) // len(piece.encode())) + tail.encode()


CHAT = '{"model":"tiny","messages":[{"role":"user","content":"hello"}]'
REFUSED = ',"n":99}'
TEXT = '{"model":"tiny","messages":[{"role":"user","content":"'
LONG_NAME = json.dumps(EMOJI + "a" * 255, ensure_ascii=False)
NAMED = f'{{"role":"user","name":{LONG_NAME},"tool_call_id":{LONG_NAME}}}'
FULL = NAMED[:-1] + ',"content":"","reasoning":"","reasoning_content":"","parsed":0}'
CALL = (
    f'{{"id":{LONG_NAME},"type":"function",'
    f'"function":{{"name":{LONG_NAME},"arguments":"","parsed_arguments":0}},"index":7}}'
)
BODIES = {
    "tools without a field": (CHAT + ',"tools":[', "{},", "{}]" + REFUSED),
    "tools of lists": (CHAT + ',"tools":[', "[],", "[]]" + REFUSED),
    "tools of lists of lists": (CHAT + ',"tools":[', "[[[[]]]],", "[]]" + REFUSED),
    "a choice with many keys": (CHAT + ',"tool_choice":{"a":0', ',"a":0', "}" + REFUSED),
    "a format with many entries": (CHAT + ',"response_format":{"a":[0', ",0", "]}" + REFUSED),
    "metadata of many keys": (CHAT + ',"metadata":{"a":"b"', ',"a":"b"', "}" + REFUSED),
    "metadata of one long text": (CHAT + ',"metadata":{"a":"' + EMOJI, "a", '"}' + REFUSED),
    "many stops": (CHAT + ',"stop":[""', ',""', "]" + REFUSED),
    "a long stop": (CHAT + ',"stop":"' + EMOJI, "a", '"' + REFUSED),
    "many messages": ('{"model":"tiny","messages":[{"role":"user"}', ',{"role":"user"}', "]" + REFUSED),
    "many empty messages": ('{"model":"tiny","messages":[{"role":"user","content":""}',
                            ',{"role":"user","content":""}', "]" + REFUSED),
    "many messages twice": ('{"model":"tiny","messages":[{"role":"user"}', ',{"role":"user"}', '],"messages":[]}'),
    "messages that are none": ('{"model":"tiny","messages":[{}', ",{}", "]}"),
    "many parts": (TEXT.replace('content":"', 'content":[{"type":"text","text":""}'),
                   ',{"type":"text","text":""}', "]}]" + REFUSED),
    "many calls": ('{"model":"tiny","messages":[{"role":"assistant","tool_calls":[',
                   '{"id":"","type":"function","function":{"name":"","arguments":""}},', "{}]}]}"),
    "every field of many messages": ('{"model":"tiny","messages":[' + FULL, "," + FULL, "]" + REFUSED),
    "names in many messages": ('{"model":"tiny","messages":[' + NAMED, "," + NAMED, "]" + REFUSED),
    "names in some messages, then a text": ('{"model":"tiny","messages":[' + (NAMED + ",") * 63
                                            + '{"role":"user","content":"', "a", '"}]' + REFUSED),
    "calls in some messages, then a text": ('{"model":"tiny","messages":[{"role":"assistant","tool_calls":['
                                            + ",".join([CALL] * 250) + ']},{"role":"user","content":"', "a",
                                            '"}]' + REFUSED),
    "many annotations": (TEXT + '","annotations":[null', ",null", "]}]}"),
    "long reasoning": (TEXT + '","reasoning":"' + EMOJI, "a", '"}]' + REFUSED),
    "many things parsed": (TEXT + '","parsed":[{}', ",{}", "]}]" + REFUSED),
    "one emoji": (TEXT + EMOJI, "a", '"}]' + REFUSED),
    "one emoji as an escape": (TEXT + "\\ud83d\\ude42", "a", '"}]' + REFUSED),
    "one emoji, then not JSON": (TEXT + EMOJI, "a", '\\ud800"}]}'),
    "a text of escapes": (TEXT, "\\n", '"}]' + REFUSED),
    "a text of escaped letters": (TEXT, "\\u00e9", '"}]' + REFUSED),
    "one emoji in a part": (TEXT.replace('content":"', 'content":[{"type":"text","text":"') + EMOJI, "a",
                            '"}]}]' + REFUSED),
    "an unknown key": ('{"' + EMOJI, "a", '":1}'),
    "an unknown key of a message": ('{"model":"tiny","messages":[{"role":"user","' + EMOJI, "a", '":1}]}'),
    "an unknown key of escapes": ('{"', '\\"', '":1}'),
    "many unknown keys": ('{"a":1', ',"a":1', "}"),
    "a deep unknown field": ('{"a":', '{"a":', ""),
    "deep metadata": (CHAT + ',"metadata":', '{"a":', ""),
    "a long role": ('{"model":"tiny","messages":[{"role":"' + EMOJI, "a", '"}]}'),
    "a long name": (TEXT + '","name":"' + EMOJI, "a", '"}]' + REFUSED),
    "a long model": ('{"messages":[{"role":"user","content":"x"}],"model":"' + EMOJI, "a", '"' + REFUSED),
    "a long user": (CHAT + ',"user":"' + EMOJI, "a", '"' + REFUSED),
    "a long integer": (CHAT + ',"seed":1', "9", "}"),
    "a long fraction": (CHAT + ',"temperature":1.', "9", REFUSED),
    "many users": (CHAT, ',"user":"' + EMOJI + '"', REFUSED),
    "no end": (TEXT + EMOJI, "a", ""),
    "spaces": (CHAT, " ", REFUSED),
}  # fmt: skip


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
    body = filled(*BODIES[name], size)
    assert len(body) + cost(admit_chat, body, bounds()) <= 2 * LIMIT


@pytest.mark.parametrize("admit", [admit_completion, lambda *given: admit_generate(*given, "tiny")])
@pytest.mark.parametrize("tail", ['","n":99}', '","\\ud800"}', ""])
def test_refusing_a_prompt_costs_less_than_twice_the_limit(admit: Admit, tail: str) -> None:
    body = filled('{"model":"tiny","prompt":"' + EMOJI, "a", tail)
    assert len(body) + cost(admit, body, bounds()) <= 2 * LIMIT
