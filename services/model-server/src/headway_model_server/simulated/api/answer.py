"""Answers: plain words, decided by the seed and the prompt alone, known in full before the first token is made."""

import hashlib
import random
from dataclasses import dataclass

from headway.engine import FinishReason

WORDS = tuple(
    "a all and any are as at be been but by can come day do down each find first for from get give go has have he "
    "her him his how if in into is it know like line long look made make many may more most new no not now number "
    "of on one only or other our out over part people place platform queue rail right said see she signal small so "
    "some station stop than that the their them then there these they this time to track train two under up use "
    "very was water way we well were what when where which who will with word work would write year you your".split()
)
SHORTEST, LONGEST = 32, 256
"""Words after which an answer ends by itself, unless the request says otherwise."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request says about its answer."""

    max_tokens: int
    min_tokens: int = 0
    ignore_eos: bool = False
    stop: tuple[str, ...] = ()
    include_stop: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The text of each token, and why it ends after the last one."""

    texts: tuple[str, ...]
    finish_reason: FinishReason
    stop_reason: str | None = None
    """The stop string that ended it."""


def write_answer(key: str, wish: Wish) -> Answer:
    """The answer of a key. The token that ends it by itself has no text and is counted, as an end-of-text token is."""
    source = random.Random(hashlib.blake2b(key.encode("utf-8", "replace")).digest())  # noqa: S311  answers are no secrets
    own_length = max(wish.min_tokens, source.randint(SHORTEST, LONGEST))
    ends_itself = not wish.ignore_eos and own_length < wish.max_tokens
    count = own_length if ends_itself else wish.max_tokens
    words = source.choices(WORDS, k=count)
    texts = [words[0], *(f" {word}" for word in words[1:])] if words else []
    if stopped := _stopped(texts, wish):
        return stopped
    return Answer((*texts, ""), "stop") if ends_itself else Answer(tuple(texts), "length")


def _stopped(texts: list[str], wish: Wish) -> Answer | None:
    """The answer cut at the first stop string that is complete after `min_tokens` tokens."""
    if not wish.stop:
        return None
    whole, first_end = "".join(texts), len("".join(texts[: wish.min_tokens]))
    found = []
    for stop in wish.stop:
        at = whole.find(stop, max(0, first_end - len(stop) + 1))
        if at >= 0:
            found.append((at + len(stop), at, stop))
    if not found:
        return None
    end, start, stop = min(found)
    return Answer(_cut(texts, end if wish.include_stop else start, end), "stop", stop)


def _cut(texts: list[str], shown: int, made: int) -> tuple[str, ...]:
    """Tokens up to the one that makes character number `made`, with only the first `shown` characters visible."""
    kept: list[str] = []
    length = 0
    for text in texts:
        kept.append(text[: max(0, shown - length)])
        length += len(text)
        if length >= made:
            break
    return tuple(kept)
