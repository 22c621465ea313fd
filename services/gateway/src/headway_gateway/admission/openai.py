"""The fields of OpenAI's requests that pass, with their types and ranges.

The model server gets only what stands here, encoded anew: it reads the same JSON that was judged. Left out on purpose
(advisories in docs/concepts/gateway.md): `prompt_embeds`, `chat_template` and its arguments, `mm_processor_kwargs`,
`media_io_kwargs`, `structured_outputs`, every part of a message that is not text, cache ids and salts,
`logits_processors`, `vllm_xargs`, priorities. `tools` and `response_format` make the engine compile a grammar, which
has killed engines: they pass only where the operator allows them.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Unit = Annotated[float, Meta(ge=0, le=1)]
Penalty = Annotated[float, Meta(ge=-2, le=2)]
Temperature = Annotated[float, Meta(ge=0, le=2)]
Count = Annotated[int, Meta(ge=1)]
Seed = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Stop = str | Annotated[list[str], Meta(max_length=4)] | None
MAX_LOGPROBS = 20


class TextPart(msgspec.Struct, forbid_unknown_fields=True):
    """The only kind of part that passes."""

    type: Literal["text"]
    text: str


class CalledFunction(msgspec.Struct, forbid_unknown_fields=True):
    """What a model called; the arguments are JSON inside a text, as the model wrote it."""

    name: str
    arguments: str


class ToolCall(msgspec.Struct, forbid_unknown_fields=True):
    """A call that an earlier answer made."""

    id: str
    type: Literal["function"]
    function: CalledFunction


class Message(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One message of a chat."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[TextPart] | None = None
    name: str | UnsetType = UNSET
    tool_calls: list[ToolCall] | UnsetType = UNSET
    tool_call_id: str | UnsetType = UNSET
    refusal: UnsetType | None = UNSET


class StreamOptions(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What a stream carries besides tokens."""

    include_usage: bool | UnsetType = UNSET
    continuous_usage_stats: bool | UnsetType = UNSET
    include_obfuscation: bool | UnsetType = UNSET


class Sampling(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Fields that chats and completions share; None means the same as leaving a field out."""

    model: Annotated[str, Meta(max_length=256)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: Count | None = None
    temperature: Temperature | None = None
    top_p: Unit | None = None
    top_k: Annotated[int, Meta(ge=-1)] | None = None
    min_p: Unit | None = None
    n: Count | None = None
    seed: Seed | None = None
    stop: Stop = None
    presence_penalty: Penalty | None = None
    frequency_penalty: Penalty | None = None
    repetition_penalty: Annotated[float, Meta(gt=0, le=2)] | None = None
    min_tokens: Annotated[int, Meta(ge=0)] | None = None
    ignore_eos: bool | None = None
    user: str | None = None
    """Taken and dropped: who asks is known by key."""
    cache_salt: None = None
    """Ours alone; a client's is refused."""


class ChatRequest(Sampling, kw_only=True):
    """`POST /v1/chat/completions`."""

    messages: Annotated[list[Message], Meta(min_length=1)]
    max_completion_tokens: Count | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Meta(ge=0, le=MAX_LOGPROBS)] | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    response_format: dict[str, Any] | None = None
    metadata: dict[str, str] | None = None
    """Taken and dropped."""
    store: bool | None = None
    """Taken and dropped: nothing is stored under a client's name."""


class CompletionRequest(Sampling, kw_only=True):
    """`POST /v1/completions`; token ids are refused, since they could spell anything past the tokenizer."""

    prompt: str
    logprobs: Annotated[int, Meta(ge=0, le=MAX_LOGPROBS)] | None = None
    echo: bool | None = None
    suffix: None = None


class GenerateRequest(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """`POST /generate`: the small contract of clients that knew one model server."""

    prompt: str
    max_tokens: Count = 100
    temperature: Temperature = 0.7
    top_p: Unit = 0.9
    model: str | None = None
