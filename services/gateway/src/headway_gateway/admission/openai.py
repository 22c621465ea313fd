"""The fields of OpenAI's requests that pass, with their types and ranges.

The model server gets only what stands here, encoded anew: it reads the same JSON that was judged. Left out on purpose
(advisories in docs/concepts/gateway.md): `prompt_embeds`, `chat_template` and its arguments, `mm_processor_kwargs`,
`media_io_kwargs`, `structured_outputs`, every part of a message that is not text, cache ids and salts,
`logits_processors`, `vllm_xargs`, priorities. `tools` and `response_format` make the engine compile a grammar, which
has killed engines: they pass only where the operator allows them.

Texts, and what passes as it came, are kept as `Raw`: decoding them would take many times the memory of the request.
"""

from typing import Annotated, Generic, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Raw, UnsetType

Unit = Annotated[float, Meta(ge=0, le=1)]
Penalty = Annotated[float, Meta(ge=-2, le=2)]
Temperature = Annotated[float, Meta(ge=0, le=2)]
Count = Annotated[int, Meta(ge=1)]
Seed = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Name = Annotated[str, Meta(max_length=256)]
MAX_LOGPROBS = 20
Stop = str | Annotated[list[str], Meta(max_length=4)]
Metadata = Annotated[
    dict[Annotated[str, Meta(max_length=64)], Annotated[str, Meta(max_length=512)]], Meta(max_length=16)
]
"""OpenAI's bounds."""

AsName = Annotated[Raw, Meta(extra_json_schema=msgspec.json.schema(Name))]
AsNameOrNull = Annotated[Raw, Meta(extra_json_schema=msgspec.json.schema(Name | None))]
Text = Annotated[Raw, Meta(extra_json_schema={"type": "string"})]
TextOrNull = Annotated[Raw, Meta(extra_json_schema={"type": ["string", "null"]})]
ListOrNull = Annotated[Raw, Meta(extra_json_schema={"type": ["array", "null"]})]
ObjectOrNull = Annotated[Raw, Meta(extra_json_schema={"type": ["object", "null"]})]
AsStop = Annotated[Raw, Meta(extra_json_schema={"anyOf": [*msgspec.json.schema(Stop)["anyOf"], {"type": "null"}]})]
AsMetadata = Annotated[Raw, Meta(extra_json_schema={"anyOf": [msgspec.json.schema(Metadata), {"type": "null"}]})]
WordOrObject = Annotated[Raw, Meta(extra_json_schema={"type": ["string", "object", "null"]})]


class TextPart(msgspec.Struct, forbid_unknown_fields=True):
    """The only kind of part that passes."""

    type: Literal["text"]
    text: Text


class CalledFunction(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What a model called; the arguments are JSON inside a text, as the model wrote it."""

    name: AsName
    arguments: Text
    parsed_arguments: Raw | UnsetType = UNSET
    """The SDK's reading of them. Taken and dropped."""


class ToolCall(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A call that an earlier answer made."""

    id: AsName
    type: Literal["function"]
    function: CalledFunction
    index: int | None = None
    """Its place in a stream. Taken and dropped."""


PARTS = {"type": "array", "items": msgspec.json.schema(TextPart)["$defs"]["TextPart"]}
Content = Annotated[Raw, Meta(extra_json_schema={"anyOf": [{"type": "string"}, PARTS, {"type": "null"}]})]


class Message(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One message of a chat.

    The official client sends an answer back with every field that it had: those that say nothing may be null or
    empty, and none of them goes on.
    """

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Content | UnsetType = UNSET
    name: AsNameOrNull | UnsetType = UNSET
    tool_calls: list[ToolCall] | None = None
    tool_call_id: AsNameOrNull | UnsetType = UNSET
    refusal: None = None
    annotations: tuple[()] | None = None
    audio: None = None
    function_call: None = None
    reasoning: TextOrNull | UnsetType = UNSET
    """What a model thought before it answered. Taken and dropped, as chat templates do."""
    reasoning_content: TextOrNull | UnsetType = UNSET
    """The older name of it."""
    parsed: Raw | UnsetType = UNSET
    """The SDK's reading of an answer with a schema. Taken and dropped."""


MessageList = Annotated[list[Message], Meta(min_length=1)]


class StreamOptions(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What a stream carries besides tokens."""

    include_usage: bool | UnsetType = UNSET
    continuous_usage_stats: bool | UnsetType = UNSET
    include_obfuscation: bool | UnsetType = UNSET


class Sampling(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Fields that chats and completions share; None means the same as leaving a field out."""

    model: Name
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: Count | None = None
    temperature: Temperature | None = None
    top_p: Unit | None = None
    top_k: Annotated[int, Meta(ge=-1)] | None = None
    min_p: Unit | None = None
    n: Count | None = None
    seed: Seed | None = None
    stop: AsStop | UnsetType = UNSET
    presence_penalty: Penalty | None = None
    frequency_penalty: Penalty | None = None
    repetition_penalty: Annotated[float, Meta(gt=0, le=2)] | None = None
    min_tokens: Annotated[int, Meta(ge=0)] | None = None
    ignore_eos: bool | None = None
    user: str | None = None
    """Taken and dropped: who asks is known by key."""
    cache_salt: None = None
    """Ours alone; a client's is refused."""


Messages = TypeVar("Messages")


class Chat(Sampling, Generic[Messages], kw_only=True):
    """A chat, its messages read or not yet."""

    messages: Messages
    max_completion_tokens: Count | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Meta(ge=0, le=MAX_LOGPROBS)] | None = None
    tools: ListOrNull | UnsetType = UNSET
    tool_choice: WordOrObject | UnsetType = UNSET
    parallel_tool_calls: bool | None = None
    response_format: ObjectOrNull | UnsetType = UNSET
    metadata: AsMetadata | UnsetType = UNSET
    """Taken and dropped."""
    store: bool | None = None
    """Taken and dropped: nothing is stored under a client's name."""


class ChatRequest(Chat[MessageList], kw_only=True):
    """`POST /v1/chat/completions`."""


class UnreadChat(Chat[Raw], kw_only=True):
    """The same, whose messages are counted before they are read."""


class CompletionRequest(Sampling, kw_only=True):
    """`POST /v1/completions`; token ids are refused, since they could spell anything past the tokenizer."""

    prompt: Text
    logprobs: Annotated[int, Meta(ge=0, le=MAX_LOGPROBS)] | None = None
    echo: bool | None = None
    suffix: None = None


class GenerateRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """`POST /generate`: the small contract of clients that knew one model server."""

    prompt: Text
    max_tokens: Count = 100
    temperature: Temperature = 0.7
    top_p: Unit = 0.9
    model: Name | None = None
