"""The small contract: `{"prompt", "max_tokens"}` in, `{"generated_text", "tokens_generated"}` out."""

from typing import Annotated

import msgspec

from headway_gateway.errors import UpstreamMalformed
from headway_gateway.upstream.connection import AnswerHead


class _Choice(msgspec.Struct):
    text: str


class _Usage(msgspec.Struct):
    completion_tokens: int


class _Completion(msgspec.Struct):
    choices: Annotated[list[_Choice], msgspec.Meta(min_length=1)]
    usage: _Usage


class Generated(msgspec.Struct):
    """What a client of the small contract gets."""

    generated_text: str
    tokens_generated: int


_decode = msgspec.json.Decoder(_Completion).decode


def as_generated(head: AnswerHead, body: bytes) -> tuple[int, bytes]:
    """A completion in the small contract's shape; errors stay what they are. Raises `UpstreamMalformed`."""
    if head.status != 200:
        return head.status, body
    try:
        completion = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UpstreamMalformed("the model server's answer is not a completion") from None
    generated = Generated(completion.choices[0].text, completion.usage.completion_tokens)
    return 200, msgspec.json.encode(generated)
