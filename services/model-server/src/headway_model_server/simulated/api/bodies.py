"""Bodies and stream events byte for byte in the form of vLLM 0.32.0: the same keys in the same order, no blanks."""

from dataclasses import dataclass
from typing import Any

import msgspec

from headway_model_server.simulated.api.answer import Answer
from headway_model_server.simulated.api.call import Call

encode = msgspec.json.encode
DONE = b"data: [DONE]\n\n"


def event(value: Any) -> bytes:
    """One server-sent event."""
    return b"data: " + encode(value) + b"\n\n"


@dataclass(frozen=True, slots=True)
class Frame:
    """What all bodies of one answer begin with."""

    id: str
    created: int
    """Unix time in seconds."""
    fingerprint: str
    call: Call

    def usage(self, completion_tokens: int) -> dict[str, Any]:
        """Tokens of prompt and answer."""
        prompt = self.call.prompt_tokens
        return {
            "prompt_tokens": prompt,
            "total_tokens": prompt + completion_tokens,
            "completion_tokens": completion_tokens,
        }

    def whole(self, answers: list[Answer]) -> bytes:
        """The body of an answer that is not streamed."""
        choices = [self._choice(index, answer) for index, answer in enumerate(answers)]
        usage = self.usage(sum(len(answer.texts) for answer in answers))
        chat = self.call.kind == "chat"
        return encode(
            {
                **self._head("chat.completion" if chat else "text_completion"),
                "choices": choices,
                "service_tier": None,
                "system_fingerprint": self.fingerprint,
                "usage": {**usage, "prompt_tokens_details": None, "completion_tokens_details": None},
                **({"prompt_logprobs": None, "prompt_token_ids": None, "prompt_text": None} if chat else {}),
                "kv_transfer_params": None,
                "ec_transfer_params": None,
                "metrics": None,
            }
        )

    def opening(self) -> bytes:
        """Events before the first token: a chat names the role of each choice."""
        if self.call.kind != "chat":
            return b""
        head = self._head("chat.completion.chunk")
        delta = {"role": "assistant", "content": ""}
        return b"".join(
            event(
                {
                    **head,
                    "choices": [{"index": index, "delta": delta, "logprobs": None, "finish_reason": None}],
                    "prompt_token_ids": None,
                    "prompt_text": None,
                }
            )
            for index in range(self.call.n)
        )

    def pieces(self, index: int) -> tuple[bytes, bytes]:
        """What stands around the text of an event that is not the last one of its choice."""
        mark = "\ufffetext\uffff"
        whole = event({**self._head(self._chunk_object), "choices": [self._delta(index, mark, None, None, last=False)]})
        before, _, after = whole.partition(encode(mark))
        return before, after

    def closing(self, index: int, text: str, answer: Answer) -> bytes:
        """The last event of a choice."""
        choice = self._delta(index, text, answer.finish_reason, answer.stop_reason, last=True)
        tail = {} if self.call.include_usage else {"system_fingerprint": self.fingerprint}
        return event({**self._head(self._chunk_object), "choices": [choice], **tail})

    def end(self, completion_tokens: int) -> bytes:
        """Events behind all choices: the usage where it was asked for, and the end of the stream."""
        if not self.call.include_usage:
            return DONE
        usage = {"choices": [], "usage": self.usage(completion_tokens), "system_fingerprint": self.fingerprint}
        return event({**self._head(self._chunk_object), **usage}) + DONE

    @property
    def _chunk_object(self) -> str:
        return "chat.completion.chunk" if self.call.kind == "chat" else "text_completion"

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.call.model}

    def _delta(
        self, index: int, text: str, finish_reason: str | None, stop_reason: str | None, last: bool
    ) -> dict[str, Any]:
        if self.call.kind == "chat":
            stop = {"stop_reason": stop_reason} if last else {}
            body = {"index": index, "delta": {"content": text}, "logprobs": None, "finish_reason": finish_reason}
            return {**body, **stop, "token_ids": None}
        return {
            "index": index,
            "text": text,
            "logprobs": None,
            "finish_reason": finish_reason,
            "stop_reason": stop_reason,
            "prompt_token_ids": None,
            "token_ids": None,
        }

    def _choice(self, index: int, answer: Answer) -> dict[str, Any]:
        text = "".join(answer.texts)
        reasons = {"logprobs": None, "finish_reason": answer.finish_reason, "stop_reason": answer.stop_reason}
        if self.call.kind == "chat":
            message = {
                "role": "assistant",
                "content": text,
                "refusal": None,
                "annotations": None,
                "audio": None,
                "function_call": None,
                "reasoning": None,
            }
            return {"index": index, "message": message, **reasons, "token_ids": None, "routed_experts": None}
        echoed = self.call.prompts[index // self.call.n].text if self.call.echo else ""
        no_ids = {"token_ids": None, "prompt_logprobs": None, "prompt_token_ids": None, "routed_experts": None}
        return {"index": index, "text": echoed + text, **reasons, **no_ids}
