"""A request that may be served: what the model server gets, and what it may cost.

Prompt tokens are taken as the characters of its text divided by four, rounded up: no tokenizer runs here, and the model
server's own count replaces the guess when its answer carries `usage`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from headway_gateway.admission.decoding import decoded
from headway_gateway.admission.messages import NULL, check_count, counted, tidied
from headway_gateway.admission.openai import (
    Chat,
    ChatRequest,
    CompletionRequest,
    GenerateRequest,
    Metadata,
    Sampling,
    Stop,
    UnreadChat,
)
from headway_gateway.admission.outline import has_long_word
from headway_gateway.admission.texts import check_utf8, measured
from headway_gateway.errors import FieldRefused, InvalidRequest

CHARACTERS_PER_TOKEN = 4
_chat = msgspec.json.Decoder(ChatRequest)
_completion = msgspec.json.Decoder(CompletionRequest)
_generate = msgspec.json.Decoder(GenerateRequest)
_encode = msgspec.json.Encoder().encode
_unread_chat = msgspec.json.Decoder(UnreadChat)
_stop = msgspec.json.Decoder(Stop)
_metadata = msgspec.json.Decoder(Metadata)
MAX_STOP_BYTES = 4096
MAX_METADATA_BYTES = 16_384
"""Of the fields as JSON."""


@dataclass(slots=True)
class Admitted:
    """What goes on."""

    path: bytes
    """The model server's path."""
    model: str
    body: bytes
    stream: bool
    prompt_tokens: int
    """Estimated."""
    output_tokens: int
    """Most that the answer may have, all choices together."""
    question: str
    """The text that is asked, for the question log."""

    @property
    def tokens(self) -> int:
        """What the client's budget is charged until the answer is known."""
        return self.prompt_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a request may ask for at most."""

    max_messages: int
    max_output_tokens: int
    max_choices: int
    allow_tools: bool
    allow_response_format: bool
    context_of: Callable[[str], int | None]
    """Context length of a model in tokens, where it is known."""
    large_body_bytes: int
    """A body that is larger is judged by its outline before it is decoded: what decoding costs grows with it."""


def admit_chat(body: bytes, bounds: Bounds, salt: str) -> Admitted:
    """Judge a chat. Raises `InvalidRequest` or `FieldRefused`."""
    request = _chat_in(body, bounds)
    check_count(len(request.messages), bounds.max_messages)
    characters, question = 0, ""
    large = len(body) > bounds.large_body_bytes
    for message in request.messages:
        size, question = tidied(message, large)
        characters += size
    _allow(request, bounds)
    asked = request.max_completion_tokens or request.max_tokens
    request.max_completion_tokens, limit = _output_tokens(asked, request.model, bounds)
    request.max_tokens = request.store = None
    return _admitted(b"/v1/chat/completions", request, characters, limit, bounds, salt, question)


def admit_completion(body: bytes, bounds: Bounds, salt: str) -> Admitted:
    """Judge a completion. Raises `InvalidRequest` or `FieldRefused`."""
    request = decoded(_completion, _outlined(body, bounds))
    characters, question = measured(request.prompt, "prompt")
    request.max_tokens, limit = _output_tokens(request.max_tokens, request.model, bounds)
    return _admitted(b"/v1/completions", request, characters, limit, bounds, salt, question)


def admit_generate(body: bytes, bounds: Bounds, salt: str, model: str) -> Admitted:
    """Judge a request of the small contract; `model` is served when it names none. Raises `InvalidRequest`."""
    asked = decoded(_generate, _outlined(body, bounds))
    characters, question = measured(asked.prompt, "prompt")
    model = asked.model or model
    tokens, limit = _output_tokens(asked.max_tokens, model, bounds)
    request = CompletionRequest(
        model=model,
        prompt=asked.prompt,
        max_tokens=tokens,
        temperature=asked.temperature,
        top_p=asked.top_p,
    )
    return _admitted(b"/v1/completions", request, characters, limit, bounds, salt, question)


def _admitted(
    path: bytes, request: Sampling, characters: int, limit: int, bounds: Bounds, salt: str, question: str
) -> Admitted:
    choices = request.n or 1
    if choices > bounds.max_choices:
        raise InvalidRequest(f"n is more than the {bounds.max_choices} that may be asked for", param="n")
    if (request.min_tokens or 0) > limit:
        raise InvalidRequest(f"min_tokens is more than the {limit} that the answer may have", param="min_tokens")
    if not request.stream and request.stream_options is not None:
        raise InvalidRequest("stream_options needs stream", param="stream_options")
    if request.stop is not UNSET:
        request.stop = _small(_stop, request.stop, "stop", MAX_STOP_BYTES)
    request.user = None
    body = _encode(request)
    if salt:
        body = body[:-1] + b',"cache_salt":"' + salt.encode() + b'"}'
    return Admitted(
        path=path,
        model=request.model,
        body=body,
        stream=bool(request.stream),
        prompt_tokens=-(-characters // CHARACTERS_PER_TOKEN),
        output_tokens=limit * choices,
        question=question,
    )


def _output_tokens(asked: int | None, model: str, bounds: Bounds) -> tuple[int | None, int]:
    """What the model server is told, and what the answer can have at most.

    A request that states none gets the bound, or the whole context where that is shorter; with an unknown context the
    model server's own end holds, since a number beyond it would be refused there.
    """
    if asked is not None and asked > bounds.max_output_tokens:
        raise InvalidRequest(
            f"max_tokens is more than the {bounds.max_output_tokens} that may be asked for", param="max_tokens"
        )
    context = bounds.context_of(model)
    longest = min(bounds.max_output_tokens, context or bounds.max_output_tokens)
    if asked is None:
        return (longest if context else None), longest
    return asked, asked


def _outlined(body: bytes, bounds: Bounds) -> bytes:
    """The body, unless its outline alone refuses it."""
    if len(body) > bounds.large_body_bytes and has_long_word(body):
        raise InvalidRequest("the body is not JSON, or has a name or a number that is longer than any that passes")
    return body


def _chat_in(body: bytes, bounds: Bounds) -> Chat[Any]:
    """The chat with its messages."""
    if len(body) <= bounds.large_body_bytes:
        return decoded(_chat, body)
    unread = decoded(_unread_chat, _outlined(body, bounds))
    chat: Chat[Any] = unread
    chat.messages = counted(unread.messages, body, bounds.max_messages)
    return chat


def _allow(request: Chat[Any], bounds: Bounds) -> None:
    """Fields that pass only where the operator says so; results of tools are text and pass."""
    tools = bounds.allow_tools
    if request.response_format is not UNSET:
        allowed = bounds.allow_response_format
        request.response_format = _opaque(request.response_format, "response_format", b"{", allowed)
    if request.tools is not UNSET:
        request.tools = _opaque(request.tools, "tools", b"[", tools)
    if request.tool_choice is not UNSET:
        request.tool_choice = _opaque(request.tool_choice, "tool_choice", b'"{', tools)
    if request.metadata is not UNSET:
        _small(_metadata, request.metadata, "metadata", MAX_METADATA_BYTES)
        request.metadata = UNSET
    if tools:
        return
    if request.parallel_tool_calls is not None:
        raise _not_allowed("parallel_tool_calls")
    if any(message.tool_calls is not None for message in request.messages):
        raise _not_allowed("tool_calls")


def _small(decoder: "msgspec.json.Decoder[Any]", given: Raw, name: str, most_bytes: int) -> Raw | UnsetType:
    """A field that passes as it came when it is of its kind and not large."""
    if given == NULL:
        return UNSET
    if len(memoryview(given)) > most_bytes:
        raise InvalidRequest(f"{name}: is longer than {most_bytes} bytes", param=name)
    decoded(decoder, given, name)
    return given


def _opaque(given: Raw, name: str, kinds: bytes, allowed: bool) -> Raw | UnsetType:
    """A field that passes as it came where the operator says so: UTF-8 that begins as one of these kinds of JSON do."""
    if given == NULL:
        return UNSET
    if not allowed:
        raise _not_allowed(name)
    json = memoryview(given)
    if json[0] not in kinds:
        raise InvalidRequest(f"{name}: is not of the kind that OpenAI's contract states", param=name)
    check_utf8(json, name)
    return given


def _not_allowed(field: str) -> FieldRefused:
    return FieldRefused(f"the field {field} does not pass this gateway; its operator may allow it", param=field)
