"""Bodies that are refused, and that would cost many times their size if they were decoded first.

Each is a head, a piece that is repeated, and a tail.
"""

import json

EMOJI = "\U0001f642"


def filled(head: str, piece: str, tail: str, *, size: int) -> bytes:
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
