"""A request that may be served: what the model server gets, and what it may cost.

Prompt tokens are taken as the characters of its text divided by four, rounded up: no tokenizer runs here, and the model
server's own count replaces the guess when its answer carries `usage`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import msgspec
from msgspec import UNSET

from headway_gateway.admission.openai import ChatRequest, CompletionRequest, GenerateRequest, Sampling, TextPart
from headway_gateway.errors import FieldRefused, InvalidRequest

CHARACTERS_PER_TOKEN = 4
_chat = msgspec.json.Decoder(ChatRequest)
_completion = msgspec.json.Decoder(CompletionRequest)
_generate = msgspec.json.Decoder(GenerateRequest)
_encode = msgspec.json.Encoder().encode
_UNKNOWN = re.compile(r"unknown field `([a-z_]{1,40})`")
_PLACE = re.compile(r" - at `\$\.([a-z_]{1,40})[^`]*`$")
NEVER = frozenset({"cache_salt", "suffix"})
"""Fields that may be null and nothing else."""
Decoded = TypeVar("Decoded")


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


def admit_chat(body: bytes, bounds: Bounds, salt: str) -> Admitted:
    """Judge a chat. Raises `InvalidRequest` or `FieldRefused`."""
    request = _decoded(_chat, body)
    count = len(request.messages)
    if count > bounds.max_messages:
        raise InvalidRequest(f"messages has {count} entries, at most {bounds.max_messages} pass", param="messages")
    _allowed(request, bounds)
    texts = [_text(message.content) for message in request.messages]
    asked = request.max_completion_tokens or request.max_tokens
    request.max_completion_tokens, limit = _output_tokens(asked, request.model, bounds)
    request.max_tokens = request.metadata = request.store = None
    return _admitted(b"/v1/chat/completions", request, sum(map(len, texts)), limit, bounds, salt, texts[-1])


def admit_completion(body: bytes, bounds: Bounds, salt: str) -> Admitted:
    """Judge a completion. Raises `InvalidRequest` or `FieldRefused`."""
    request = _decoded(_completion, body)
    request.max_tokens, limit = _output_tokens(request.max_tokens, request.model, bounds)
    return _admitted(b"/v1/completions", request, len(request.prompt), limit, bounds, salt, request.prompt)


def admit_generate(body: bytes, bounds: Bounds, salt: str, model: str) -> Admitted:
    """Judge a request of the small contract; `model` is served when it names none. Raises `InvalidRequest`."""
    asked = _decoded(_generate, body)
    model = asked.model or model
    tokens, limit = _output_tokens(asked.max_tokens, model, bounds)
    request = CompletionRequest(
        model=model,
        prompt=asked.prompt,
        max_tokens=tokens,
        temperature=asked.temperature,
        top_p=asked.top_p,
    )
    return _admitted(b"/v1/completions", request, len(asked.prompt), limit, bounds, salt, asked.prompt)


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


def _allowed(request: ChatRequest, bounds: Bounds) -> None:
    """Fields that pass only where the operator says so; results of tools are text and pass."""
    if request.response_format is not None and not bounds.allow_response_format:
        raise _not_allowed("response_format")
    if bounds.allow_tools:
        return
    for name in ("tools", "tool_choice", "parallel_tool_calls"):
        if getattr(request, name) is not None:
            raise _not_allowed(name)
    if any(message.tool_calls is not UNSET for message in request.messages):
        raise _not_allowed("tool_calls")


def _not_allowed(field: str) -> FieldRefused:
    return FieldRefused(f"the field {field} does not pass this gateway; its operator may allow it", param=field)


def _text(content: str | list[TextPart] | None) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    return "".join(part.text for part in content)


def _decoded(decoder: "msgspec.json.Decoder[Decoded]", body: bytes) -> Decoded:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _refused(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidRequest("the body is not JSON") from None


def _refused(message: str) -> InvalidRequest:
    """The decoder's message names types and places, never values; an unknown field is named if it looks like one."""
    if "unknown field" in message:
        named = _UNKNOWN.search(message)
        name = named[1] if named else None
        return FieldRefused(f"the field {name or 'given'} does not pass this gateway; leave it out", param=name)
    place = _PLACE.search(message)
    param = place[1] if place else None
    fault = message.split(" - at `")[0]
    if param in NEVER:
        return FieldRefused(f"the field {param} does not pass this gateway; leave it out", param=param)
    if "enum value" in message:
        fault = "a value that is not one of those allowed"
    return InvalidRequest(f"{param or 'the body'}: {fault[0].lower()}{fault[1:]}", param=param)
