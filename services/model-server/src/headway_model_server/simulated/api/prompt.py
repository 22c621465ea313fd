"""Prompts as an engine sees them. There is no tokenizer: four bytes of UTF-8 are one token, the last one may be shorter.

Four bytes a token is what English text comes to with the vocabularies of the catalog; a chat is first written out with a
line for each message and its role, which stands for the chat template.
"""

from collections.abc import Sequence
from dataclasses import dataclass

TOKEN_BYTES = 4
ID_BYTES = 8
"""Token ids are below 2^64."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt: its text, its length, and something to tell it from others."""

    text: str
    tokens: int
    content: bytes
    """The same for the same tokens, `token_bytes` for each."""
    token_bytes: int = TOKEN_BYTES

    def block_hashes(self, block_size: int, salt: str) -> tuple[int, ...]:
        """A value for each full block, which stands for it, all before it, and the client's salt."""
        chain = hash(salt)
        width = block_size * self.token_bytes
        hashes = []
        for start in range(0, self.tokens // block_size * width, width):
            chain = hash((chain, self.content[start : start + width]))
            hashes.append(chain)
        return tuple(hashes)


def of_text(text: str) -> Prompt:
    """A prompt from text."""
    content = text.encode("utf-8", "replace")
    return Prompt(content.decode(), max(1, -(-len(content) // TOKEN_BYTES)), content)


def of_token_ids(ids: Sequence[int]) -> Prompt:
    """A prompt from token ids, one token each."""
    content = b"".join(id_.to_bytes(ID_BYTES, "big") for id_ in ids)
    return Prompt(text_of(ids), len(ids), content, ID_BYTES)


def of_messages(messages: Sequence[tuple[str, str]]) -> Prompt:
    """A prompt from roles and contents."""
    return of_text("".join(f"<{role}>{content}\n" for role, content in messages) + "<assistant>")


def token_ids(text: str) -> list[int]:
    """Ids from which `text_of` makes the text again: the bytes of each token as a number, behind a leading one."""
    content = text.encode("utf-8", "replace")
    return [
        int.from_bytes(b"\1" + content[start : start + TOKEN_BYTES], "big")
        for start in range(0, len(content), TOKEN_BYTES)
    ]


def text_of(ids: Sequence[int]) -> str:
    """The text behind token ids; an id that `token_ids` never gives stands for a question mark."""
    content = b""
    for id_ in ids:
        raw = id_.to_bytes(ID_BYTES, "big").lstrip(b"\0")
        content += raw[1:] if raw[:1] == b"\1" and 1 < len(raw) <= TOKEN_BYTES + 1 else b"?"
    return content.decode("utf-8", "replace")
