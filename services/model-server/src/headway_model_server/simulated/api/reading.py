"""Reads the body of a request into a `Call`, or says what is wrong with it as vLLM would."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from headway_model_server.simulated.api.answer import Wish
from headway_model_server.simulated.api.call import Call, Kind
from headway_model_server.simulated.api.errors import Invalid, Malformed, UnknownModel
from headway_model_server.simulated.api.fields import MOST_N, at_least, checked_types, stop_strings
from headway_model_server.simulated.api.prompt import ID_BYTES, Prompt, of_messages, of_text, of_token_ids

Body = Mapping[str, Any]
COMPLETION_MAX_TOKENS = 16
"""Tokens of a completion that does not say how many; a chat goes on to the end of the context."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What a server knows when it reads a request."""

    served: tuple[str, ...]
    max_model_len: int

    def body(self, raw: bytes, content_type: str) -> Body:
        """The JSON object of a request. Raises `Malformed`."""
        if content_type.partition(";")[0].strip().lower() not in ("application/json", ""):
            raise Malformed("1 validation error:\n  Unsupported Media Type: Only 'application/json' is allowed")
        if not raw:
            raise Malformed.of("missing", "body", "Field required", "None")
        try:
            body = msgspec.json.decode(raw)
        except (msgspec.DecodeError, RecursionError):
            body = _decode_as_python(raw)
        if not isinstance(body, dict):
            kind = "Input should be a valid dictionary or object to extract fields from"
            raise Malformed.of("model_attributes_type", "body", kind, _shown(body))
        return body

    def chat(self, body: Body) -> Call:
        """A chat completion. Raises `ApiError`."""
        checked_types(body, ("messages",))
        model = self.model(body)
        if not body["messages"]:
            raise Invalid("Cannot apply chat template to an empty conversation. Provide at least one message.")
        prompt = of_messages([message_of(message, at) for at, message in enumerate(body["messages"])])
        field = "max_completion_tokens" if body.get("max_completion_tokens") is not None else "max_tokens"
        return self._call("chat", model, (prompt,), body, field, None)

    def completion(self, body: Body) -> Call:
        """A text completion. Raises `ApiError`."""
        checked_types(body, ())
        model = self.model(body)
        prompts = _prompts(body.get("prompt"))
        return self._call("completion", model, prompts, body, "max_tokens", COMPLETION_MAX_TOKENS)

    def model(self, body: Body) -> str:
        """The model that is asked for; without one, the first that is served."""
        name = body.get("model") or self.served[0]
        if name not in self.served:
            raise UnknownModel(str(name), self.served)
        return str(name)

    def _call(
        self, kind: Kind, model: str, prompts: tuple[Prompt, ...], body: Body, field: str, default: int | None
    ) -> Call:
        if body.get("stream_options") and not body.get("stream"):
            raise Invalid.of(
                "Stream options can only be defined when `stream=True`.", "stream_options", body["stream_options"]
            )
        most = self._max_tokens(max(prompt.tokens for prompt in prompts), body, field, default)
        wish = Wish(
            max_tokens=most,
            min_tokens=min(most, at_least(body, "min_tokens", 0, 0)),
            ignore_eos=bool(body.get("ignore_eos")),
            stop=stop_strings(body),
            include_stop=bool(body.get("include_stop_str_in_output")),
        )
        n = at_least(body, "n", 1, 1)
        if n > MOST_N:
            raise Invalid.of(f"n must be at most {MOST_N}, got {n}.", "n", n)
        options = body.get("stream_options") or {}
        seed = body.get("seed")
        return Call(
            kind, model, prompts, n, wish, bool(body.get("stream")), bool(options.get("include_usage")),
            bool(body.get("echo")) and kind == "completion", seed if isinstance(seed, int) else None,
            str(body.get("cache_salt") or ""),
        )  # fmt: skip

    def _max_tokens(self, prompt_tokens: int, body: Body, field: str, default: int | None) -> int:
        """How long an answer may be: what is asked, else the default, and never more than the context leaves.

        A prompt that is too long is cut behind its first surplus token before it is counted, as vLLM's tokenizer does.
        """
        limit, stated = self.max_model_len, body.get(field)
        wanted = default if stated is None else stated
        if wanted is not None and wanted < 1:
            raise Invalid.of(f"{field} must be at least 1, got {wanted}.", field, wanted)
        if wanted is not None and wanted > limit:
            raise Invalid.of(
                f"{field}={wanted} cannot be greater than max_model_len={limit}. Please request fewer output tokens.",
                field,
                wanted,
            )
        if prompt_tokens > limit:
            raise Invalid.of(
                f"This model's maximum context length is {limit} tokens. However, your prompt contains at least"
                f" {limit + 1} input tokens, which exceeds this limit even without any output tokens. Please reduce the"
                " length of the input prompt.",
                "input_tokens",
                limit + 1,
            )
        most = min(wanted or limit, limit - prompt_tokens)
        if most < 1:
            raise Invalid.of(f"max_tokens must be at least 1, got {most}.", "max_tokens", most)
        return most


def _decode_as_python(raw: bytes) -> Any:
    """Decodes with the standard library, which vLLM reads bodies with: its errors are part of the answer."""
    try:
        return json.loads(raw)
    except json.JSONDecodeError as error:
        raise Malformed.of(
            "json_invalid", f"body.{error.pos}", "JSON decode error", "<dict of 0 items>", error.msg
        ) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise Invalid("There was an error parsing the body") from error


def message_of(message: Any, at: int) -> tuple[str, str]:
    """Role and text of one message."""
    if not isinstance(message, dict):
        kind = "Input should be a valid dictionary"
        raise Malformed.of("dict_type", f"body.messages.{at}", kind, _shown(message))
    if "role" not in message:
        raise Malformed.of("missing", f"body.messages.{at}.role", "Field required", _shown(message))
    content = message.get("content")
    if isinstance(content, list):
        return str(message["role"]), "".join(_part(part, at) for part in content)
    if content is not None and not isinstance(content, str):
        kind = "Input should be a valid string"
        raise Malformed.of("string_type", f"body.messages.{at}.content", kind, _shown(content))
    return str(message["role"]), content or ""


def _part(part: Any, at: int) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, dict) and part.get("type") in ("text", "input_text") and isinstance(part.get("text"), str):
        return str(part["text"])
    kind = part.get("type") if isinstance(part, dict) else _shown(part)
    raise Invalid(f"messages[{at}]: the model takes text alone, not parts of type {kind!r}")


def _prompts(prompt: Any) -> tuple[Prompt, ...]:
    if prompt is None or prompt in ("", []):
        raise Invalid.of("Either prompt or prompt_embeds must be provided and non-empty.", "prompt", prompt)
    if isinstance(prompt, str):
        return (of_text(prompt),)
    if _are_ids(prompt):
        return (of_token_ids(prompt),)
    if isinstance(prompt, list) and all(isinstance(one, str) and one for one in prompt):
        return tuple(of_text(one) for one in prompt)
    if isinstance(prompt, list) and all(_are_ids(one) for one in prompt):
        return tuple(of_token_ids(one) for one in prompt)
    raise Malformed.of("string_type", "body.prompt.str", "Input should be a valid string", _shown(prompt))


def _are_ids(value: Any) -> bool:
    most = 256**ID_BYTES
    return isinstance(value, list) and bool(value) and all(type(id_) is int and 0 <= id_ < most for id_ in value)


def _shown(value: Any) -> str:
    """A value as errors show it: never itself, only its kind and size."""
    if isinstance(value, (dict, list)):
        return f"<{type(value).__name__} of {len(value)} items>"
    return f"<{type(value).__name__}>"
