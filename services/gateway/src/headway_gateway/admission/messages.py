"""The messages of a chat: their texts are measured, and what an answer carried besides them is dropped."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Raw, UnsetType

from headway_gateway.admission.decoding import decoded
from headway_gateway.admission.openai import Message, Name, TextPart, ToolCall
from headway_gateway.admission.outline import has_more_objects
from headway_gateway.admission.texts import is_long, measured
from headway_gateway.errors import InvalidRequest

OBJECTS_A_MESSAGE = 8
"""A message, its parts and its calls, on average over a chat whose body is large."""
NULL = Raw(b"null")
_name = msgspec.json.Decoder(Name)
_each = msgspec.json.Decoder(Annotated[list[Raw], Meta(min_length=1)])
_message = msgspec.json.Decoder(Message)
_content = msgspec.json.Decoder(str | list[TextPart] | None)


def counted(unread: Raw, body: bytes, max_messages: int) -> list[Message]:
    """Messages of a large body, counted before they are decoded. Raises `InvalidRequest` or `FieldRefused`."""
    most = max_messages * OBJECTS_A_MESSAGE
    if body.count(b"{") > most and has_more_objects(memoryview(unread), most):
        raise InvalidRequest(f"messages has more than the {most} messages, parts and calls that pass", param="messages")
    each = decoded(_each, unread, "messages")
    check_count(len(each), max_messages)
    return [decoded(_message, message, "messages") for message in each]


def check_count(count: int, max_messages: int) -> None:
    """Raise `InvalidRequest` where there are too many messages."""
    if count > max_messages:
        raise InvalidRequest(f"messages has {count} entries, at most {max_messages} pass", param="messages")


def tidied(message: Message, large: bool) -> tuple[int, str]:
    """Leave in a message what goes on; returns the characters of its text and their beginning.

    Raises `InvalidRequest` or `FieldRefused`.
    """
    if message.reasoning is not UNSET or message.reasoning_content is not UNSET:
        _drop_reasoning(message)
    if message.annotations is not None:
        message.annotations = None
    if message.parsed is not UNSET:
        message.parsed = UNSET
    if message.name is not UNSET:
        message.name = _named(message.name)
    if message.tool_call_id is not UNSET:
        message.tool_call_id = _named(message.tool_call_id)
    if message.tool_calls is not None:
        message.tool_calls = [_tidied_call(call) for call in message.tool_calls] or None
    content = message.content
    if content is UNSET:
        return 0, ""
    if large and is_long(content):
        return measured(content, "messages")
    given = decoded(_content, content, "messages")
    if isinstance(given, str):
        return len(given), given
    if given is None:
        message.content = UNSET
        return 0, ""
    return _measured_parts(message, given)


def _measured_parts(message: Message, parts: list[TextPart]) -> tuple[int, str]:
    message.content = parts  # type: ignore[assignment]  # read anew, and written so: of a key that came twice one goes on
    texts = [measured(part.text, "messages") for part in parts]
    return sum(characters for characters, _ in texts), "".join(beginning for _, beginning in texts)


def _drop_reasoning(message: Message) -> None:
    for name in ("reasoning", "reasoning_content"):
        stated = getattr(message, name)
        if stated is not UNSET and stated != NULL and memoryview(stated)[0] != ord('"'):
            raise InvalidRequest(f"messages: {name} is not a text", param="messages")
        setattr(message, name, UNSET)


def _named(name: Raw) -> Raw | UnsetType:
    if name == NULL:
        return UNSET
    decoded(_name, name, "messages")
    return name


def _tidied_call(call: ToolCall) -> ToolCall:
    decoded(_name, call.id, "messages")
    decoded(_name, call.function.name, "messages")
    measured(call.function.arguments, "messages")
    call.index = None
    call.function.parsed_arguments = UNSET
    return call
