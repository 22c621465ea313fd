"""A model server of a few lines: answers in vLLM's shapes, as the text it is asked says.

`say N` streams or returns N words; `status CODE` answers with that status; `wait` begins a stream and then says nothing
until its client leaves; `silent` says nothing at all until then; `recorded FILE` answers what a vLLM once did.
"""

import asyncio
import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Headers = dict[str, str]
SILENT_FIELDS: dict[str, Any] = {
    **dict.fromkeys(("refusal", "annotations", "audio", "function_call", "reasoning", "reasoning_content")),
    "tool_calls": [],
}
"""What messages of vLLM 0.10 to 0.32 carry besides their text when nothing but text was said."""


@dataclass
class Asked:
    """One request as the model server got it."""

    path: str
    headers: Headers
    body: dict[str, Any]


@dataclass
class Backend:
    """Listens at `port` in a thread of its own while the `running_backend` block lasts."""

    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    """Texts of requests whose client left before their answer was complete."""
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                request = await _read(reader)
                self.asked.append(request)
                await self._answer(request, reader, writer)
        writer.close()

    async def _answer(self, request: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        text = text_of(request.body)
        kind, _, detail = text.partition(" ")
        if kind == "status":
            error = {"message": "told to", "type": "Test", "param": None, "code": int(detail)}
            extra = "retry-after: 1\r\n" if detail in ("429", "503") else ""
            _write(writer, int(detail), json.dumps({"error": error}).encode(), extra)
        elif kind == "recorded":
            media = "text/event-stream" if request.body.get("stream") else "application/json"
            _write(writer, 200, Path(detail).read_bytes(), media=media)
        elif kind in ("silent", "wait"):
            if kind == "wait":
                _open_stream(writer)
                _event(writer, _chunk(request, "first"))
            if not await reader.read(1):
                self.left.append(text)
        elif request.body.get("stream"):
            _stream(request, writer, _words(detail))
        else:
            _write(writer, 200, json.dumps(_whole(request, _words(detail))).encode())
        await writer.drain()


def text_of(body: dict[str, Any]) -> str:
    """What is asked: the last message, or the prompt."""
    if "messages" not in body:
        return str(body["prompt"])
    content = body["messages"][-1].get("content") or ""
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def _words(detail: str) -> list[str]:
    return [f"w{number} " for number in range(int(detail) if detail.isdigit() else 3)]


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(first.split()[1], headers, json.loads(body))


def _write(
    writer: asyncio.StreamWriter, status: int, body: bytes, extra: str = "", media: str = "application/json"
) -> None:
    head = f"HTTP/1.1 {status} X\r\ncontent-type: {media}\r\n{extra}content-length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)


def _open_stream(writer: asyncio.StreamWriter) -> None:
    head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
    writer.write(head.encode())


def _event(writer: asyncio.StreamWriter, data: object) -> None:
    event = b"data: " + (data if isinstance(data, bytes) else json.dumps(data).encode()) + b"\n\n"
    writer.write(b"%x\r\n%b\r\n" % (len(event), event))


def _stream(request: Asked, writer: asyncio.StreamWriter, words: list[str]) -> None:
    _open_stream(writer)
    for number, word in enumerate(words):
        _event(writer, _chunk(request, word, begins=number == 0))
    _event(writer, _chunk(request, None))
    if (request.body.get("stream_options") or {}).get("include_usage"):
        _event(writer, {**_chunk(request, None), "choices": [], "usage": _usage(len(words))})
    _event(writer, b"[DONE]")
    writer.write(b"0\r\n\r\n")


def _chunk(request: Asked, word: str | None, begins: bool = False) -> dict[str, Any]:
    reason = "stop" if word is None else None
    if request.path == "/v1/completions":
        choice = {"index": 0, "text": word or "", "logprobs": None, "finish_reason": reason}
        kind = "text_completion"
    else:
        delta = {"role": "assistant"} if begins else {}
        delta |= {"content": word} if word else {}
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        kind = "chat.completion.chunk"
    return {"id": "cmpl-1", "object": kind, "created": 1, "model": request.body["model"], "choices": [choice]}


def _whole(request: Asked, words: list[str]) -> dict[str, Any]:
    text = "".join(words)
    if request.path == "/v1/completions":
        choice: dict[str, Any] = {"index": 0, "text": text, "logprobs": None, "finish_reason": "stop"}
        kind = "text_completion"
    else:
        message = {"role": "assistant", "content": text, **SILENT_FIELDS}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        kind = "chat.completion"
    answer = {"id": "cmpl-1", "object": kind, "created": 1, "model": request.body["model"], "choices": [choice]}
    return {**answer, "usage": _usage(len(words))}


def _usage(words: int) -> dict[str, int]:
    return {"prompt_tokens": 7, "completion_tokens": words, "total_tokens": 7 + words}


@contextlib.contextmanager
def running_backend() -> Iterator[Backend]:
    """A backend on a free port of loopback."""
    backend, loop, ready = Backend(), asyncio.new_event_loop(), threading.Event()

    async def start() -> None:
        server = await asyncio.start_server(backend.serve, "127.0.0.1", 0)
        backend.port = server.sockets[0].getsockname()[1]
        ready.set()

    def run() -> None:
        loop.create_task(start())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield backend
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
