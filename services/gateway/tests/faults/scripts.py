"""What a model server can do to a request, one small function each.

A script gets the visit and how often its nonce has been seen, this time included, so that a fault may strike only the
first time (`dies=1`).
"""

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable

from faults.backend import Visit

Script = Callable[[Visit, int], Awaitable[None]]
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
CHUNKED = STREAM + b"transfer-encoding: chunked\r\n\r\n"
DONE = b"data: [DONE]\n\n"
FOREVER_SECONDS = 120.0
FLOOD_PIECE = 16_384


def event(text: str) -> bytes:
    """One token of a chat, as vLLM writes it."""
    choice = {"index": 0, "delta": {"content": text}, "logprobs": None, "finish_reason": None}
    chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n"


def answer(text: str) -> bytes:
    """A chat's answer that is not streamed."""
    message = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    whole = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m"}
    return json.dumps({**whole, "choices": [message], "usage": usage}).encode()


def failure(message: str, code: int) -> bytes:
    """vLLM's error object."""
    return json.dumps({"error": {"message": message, "type": "error", "param": None, "code": code}}).encode()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def sized(status: str, body: bytes, *headers: bytes) -> bytes:
    """A whole answer with a length."""
    lines = [b"HTTP/1.1 " + status.encode(), b"content-type: application/json", *headers]
    return b"\r\n".join([*lines, b"content-length: %d" % len(body), b"", body])


async def write(visit: Visit, data: bytes) -> None:
    visit.sent += len(data)
    visit.connection.transport.write(data)
    await visit.connection.writable.wait()


def number(visit: Visit, name: str, default: int) -> int:
    return int(visit.words.get(name, default))


def text(visit: Visit, place: int) -> str:
    return visit.words.get("say", "word") + f"{place} "


async def _events(visit: Visit, count: int) -> None:
    for place in range(count):
        await write(visit, chunk(event(text(visit, place))))
        await asyncio.sleep(number(visit, "gap_ms", 0) / 1000)


async def whole(visit: Visit, _seen: int) -> None:
    """`k` events and [DONE], or one answer."""
    await asyncio.sleep(number(visit, "wait_ms", 0) / 1000)
    if not visit.streamed:
        await write(visit, sized("200 OK", answer(text(visit, 0))))
        return
    await write(visit, CHUNKED)
    await _events(visit, number(visit, "k", 3))
    await write(visit, chunk(DONE) + b"0\r\n\r\n")


def dying(death: Script) -> Script:
    """Strikes the first `dies` times that a nonce is seen (always, where none is stated)."""

    async def script(visit: Visit, seen: int) -> None:
        await (death if seen <= number(visit, "dies", 1_000_000) else whole)(visit, seen)

    return script


async def dies_silent(visit: Visit, _seen: int) -> None:
    visit.connection.transport.abort()


async def dies_politely(visit: Visit, _seen: int) -> None:
    visit.connection.transport.close()


async def dies_after_head(visit: Visit, _seen: int) -> None:
    await write(visit, CHUNKED if visit.streamed else b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n")
    await asyncio.sleep(0.02)
    visit.connection.transport.abort()


async def dies_between(visit: Visit, _seen: int) -> None:
    """After `k` whole events, or in the middle of an answer."""
    await write(visit, CHUNKED if visit.streamed else b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{")
    await _events(visit, number(visit, "k", 3) if visit.streamed else 0)
    await asyncio.sleep(0.02)
    visit.connection.transport.abort()


async def dies_inside(visit: Visit, _seen: int) -> None:
    """After `k` whole events and half of one; every other time with FIN instead of a reset."""
    await write(visit, CHUNKED)
    await _events(visit, number(visit, "k", 3))
    half = event("half")
    await write(visit, chunk(half[: len(half) // 2]))
    await asyncio.sleep(0.02)
    if number(visit, "fin", 0):
        visit.connection.transport.close()
    else:
        visit.connection.transport.abort()


async def hangs(_visit: Visit, _seen: int) -> None:
    await asyncio.sleep(FOREVER_SECONDS)


async def stalls(visit: Visit, _seen: int) -> None:
    await write(visit, CHUNKED if visit.streamed else b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{")
    await _events(visit, number(visit, "k", 3) if visit.streamed else 0)
    await asyncio.sleep(FOREVER_SECONDS)


async def floods(visit: Visit, _seen: int) -> None:
    """`mb` MB of events, as fast as they are taken."""
    await write(visit, CHUNKED)
    piece = event("x" * FLOOD_PIECE)
    for _ in range(number(visit, "mb", 16) * 2**20 // FLOOD_PIECE):
        await write(visit, chunk(piece))
    await write(visit, chunk(DONE) + b"0\r\n\r\n")


async def busy(visit: Visit, _seen: int) -> None:
    """Any `status`, after `wait_ms`."""
    status = visit.words.get("status", "429")
    after = visit.words.get("after")
    await asyncio.sleep(number(visit, "wait_ms", 0) / 1000)
    headers = [b"retry-after: " + after.encode()] if after else []
    await write(visit, sized(f"{status} Busy", failure("too much to do", int(status)), *headers))


async def hints(visit: Visit, seen: int) -> None:
    """A 103 before the answer."""
    await write(visit, b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n")
    await whole(visit, seen)


async def draining(visit: Visit, _seen: int) -> None:
    """What the launcher of a model server that is going answers."""
    await write(visit, sized("503 Draining", failure("going", 503), b"x-headway-draining: true", b"retry-after: 1"))


async def fails(visit: Visit, _seen: int) -> None:
    await write(visit, sized("500 Internal Server Error", failure(f"Traceback: {text(visit, 0)}", 500)))


async def refuses(visit: Visit, _seen: int) -> None:
    await write(visit, sized("400 Bad Request", failure("the context is too long", 400)))


async def _stream_of(visit: Visit, *pieces: bytes) -> None:
    await write(visit, CHUNKED)
    for piece in pieces:
        await write(visit, chunk(piece))
        await asyncio.sleep(number(visit, "gap_ms", 2) / 1000)
    await write(visit, b"0\r\n\r\n")


async def bad_json(visit: Visit, _seen: int) -> None:
    await _stream_of(visit, event("a"), b'data: {"choices": [{]\n\n', DONE)


async def big_chunk(visit: Visit, _seen: int) -> None:
    await _stream_of(visit, event("y" * 2**20), DONE)


async def one_piece(visit: Visit, _seen: int) -> None:
    """An event of 2 MB, [DONE] and the end of the answer, with nothing in between."""
    await write(visit, CHUNKED + chunk(event("z" * 2 * 2**20)) + chunk(DONE) + b"0\r\n\r\n")


async def no_done(visit: Visit, _seen: int) -> None:
    await _stream_of(visit, event("a"), event("b"))


async def dies_behind_done(visit: Visit, _seen: int) -> None:
    """Everything but the last chunk's end."""
    await write(visit, CHUNKED + chunk(event("a")) + chunk(DONE))
    await asyncio.sleep(0.02)
    visit.connection.transport.abort()


async def stalls_behind_done(visit: Visit, _seen: int) -> None:
    await write(visit, CHUNKED + chunk(event("a")) + chunk(DONE))
    await asyncio.sleep(FOREVER_SECONDS)


async def split_utf8(visit: Visit, _seen: int) -> None:
    said = event("größer 日本 🙂")
    await _stream_of(visit, *(said[at : at + 3] for at in range(0, len(said), 3)), DONE)


async def blank_lines(visit: Visit, _seen: int) -> None:
    """Ends events with a blank line more than needed, then dies inside one."""
    await write(visit, CHUNKED + chunk(event("a")))
    await asyncio.sleep(0.02)
    await write(visit, chunk(b"\n\n" + event("b")[:40]))
    await asyncio.sleep(0.02)
    visit.connection.transport.abort()


async def html(visit: Visit, _seen: int) -> None:
    await write(visit, b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 13\r\n\r\n<html></html>")


async def gzipped(visit: Visit, _seen: int) -> None:
    body = gzip.compress(event("a") + DONE if visit.streamed else answer("a"))
    kind = b"text/event-stream" if visit.streamed else b"application/json"
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n"
    await write(visit, head % (kind, len(body)) + body)


async def garbage(visit: Visit, _seen: int) -> None:
    await write(visit, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 40)


async def two_lengths(visit: Visit, _seen: int) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\ncontent-length: 40\r\n\r\n"
    await write(visit, head + b"{}" + b" " * 38)


async def length_and_chunks(visit: Visit, _seen: int) -> None:
    head = STREAM + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n"
    await write(visit, head + chunk(event("a")) + chunk(DONE) + b"0\r\n\r\n")


async def second_answer(visit: Visit, _seen: int) -> None:
    """Two answers to one request, in one piece."""
    await write(visit, sized("200 OK", answer("first")) + sized("200 OK", answer("smuggled")))


async def late_bytes(visit: Visit, _seen: int) -> None:
    """A whole answer, and bytes that nobody asked for once the connection is idle."""
    await write(visit, sized("200 OK", answer("first")))
    await asyncio.sleep(0.02)
    await write(visit, sized("200 OK", answer("smuggled")))


async def endless_head(visit: Visit, _seen: int) -> None:
    await write(visit, b"HTTP/1.1 200 OK\r\nx-long: ")
    for _ in range(512):
        await write(visit, b"a" * 16_384)
    await asyncio.sleep(FOREVER_SECONDS)


async def bad_chunk(visit: Visit, _seen: int) -> None:
    """Chunk framing that is wrong after a whole event."""
    await write(visit, CHUNKED + chunk(event("a")))
    await asyncio.sleep(0.02)
    await write(visit, b"zz\r\n")


SCRIPTS: dict[str, Script] = {
    "whole": whole,
    "dies_silent": dying(dies_silent),
    "dies_politely": dying(dies_politely),
    "dies_after_head": dying(dies_after_head),
    "dies_between": dying(dies_between),
    "dies_inside": dying(dies_inside),
    "hangs": dying(hangs),
    "stalls": dying(stalls),
    **{
        script.__name__: script
        for script in (
            floods, busy, hints, draining, fails, refuses, bad_json, big_chunk, one_piece, no_done, split_utf8, blank_lines,
            dies_behind_done, stalls_behind_done, html, gzipped, garbage, two_lengths, length_and_chunks, second_answer,
            late_bytes, endless_head, bad_chunk,
        )
    },
}  # fmt: skip
