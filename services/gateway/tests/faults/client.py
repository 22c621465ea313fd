"""A client on a raw socket: says exactly what it is told, and judges framing by itself."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

PATIENCE_SECONDS = 15.0
"""After this an answer counts as hung."""


class Hung(AssertionError):
    """The gateway did not end its answer."""


@dataclass(frozen=True)
class Answer:
    """What came back, until the end of the answer or of the connection."""

    status: int
    headers: dict[str, str]
    body: bytes
    whole: bool
    """The length was met, or the last chunk came."""
    seconds: float
    """From the request to the end."""
    first_byte_seconds: float = 0.0

    @property
    def blocks(self) -> list[bytes]:
        """A stream's events and comments; what is left when the last one is not ended is the last entry."""
        return [block for block in self.body.split(b"\n\n") if block]

    @property
    def events(self) -> list[bytes]:
        """Payloads of `data:` events."""
        return [block.removeprefix(b"data: ") for block in self.blocks if not block.startswith(b":")]

    @property
    def comments(self) -> int:
        return sum(block.startswith(b":") for block in self.blocks)

    @property
    def text(self) -> str:
        """What the model said, as far as it was told."""
        said = ""
        for payload in self.events if self.streamed else [self.body]:
            choices = _json(payload).get("choices") or [{}]
            said += choices[0].get("delta", choices[0].get("message", {})).get("content") or ""
        return said

    @property
    def streamed(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/event-stream")

    @property
    def error(self) -> dict[str, Any] | None:
        """OpenAI's error object: the body's, or the last event's."""
        last = (self.events or [b""])[-1] if self.streamed else self.body
        found: dict[str, Any] | None = _json(last).get("error")
        return found

    @property
    def code(self) -> str:
        """The error's code, empty where there is none."""
        return str((self.error or {}).get("code") or "")

    @property
    def served(self) -> bool:
        """A whole answer without an error."""
        done = self.body.endswith(b"data: [DONE]\n\n") if self.streamed else True
        return self.status == 200 and self.whole and done and self.error is None

    @property
    def clean_error(self) -> bool:
        """OpenAI's error, told whole: as a status, or as the last event after whole ones."""
        framed = self.body.endswith(b"\n\n") if self.streamed else self.status >= 400
        shaped = set(self.error or ()) >= {"message", "type", "param", "code"}
        return self.whole and framed and shaped


def _json(payload: bytes) -> dict[str, Any]:
    try:
        decoded = json.loads(payload)
    except ValueError:
        return {}
    return decoded if isinstance(decoded, dict) else {}


def chat(words: str, model: str = "tiny", stream: bool = True, **fields: Any) -> bytes:
    """A chat whose text tells the scripted model server what to do."""
    body = {"model": model, "messages": [{"role": "user", "content": words}], "stream": stream, **fields}
    return json.dumps(body).encode()


def post(body: bytes, *headers: str, path: str = "/v1/chat/completions", key: str = "key") -> bytes:
    """A request as bytes; the connection stays open."""
    lines = [f"POST {path} HTTP/1.1", "host: gateway", "content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, f"authorization: Bearer {key}", *headers, "", ""]).encode() + body


@dataclass
class Client:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    seen: bytes = b""
    _sent_at: float = field(default_factory=time.monotonic)

    @classmethod
    async def connect(cls, port: int, receive_buffer: int = 2**22) -> "Client":
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=receive_buffer)
        return cls(reader, writer)

    def send(self, data: bytes) -> None:
        self._sent_at = time.monotonic()
        self.writer.write(data)

    async def until(self, mark: bytes, seconds: float = PATIENCE_SECONDS) -> None:
        """Read until `mark` has been seen."""
        try:
            async with asyncio.timeout(seconds):
                while mark not in self.seen:
                    piece = await self.reader.read(65_536)
                    assert piece, f"the connection ended before {mark!r}: {self.seen[-200:]!r}"
                    self.seen += piece
        except TimeoutError:
            raise Hung(f"no {mark!r} in {seconds} s") from None

    async def ended(self, seconds: float = PATIENCE_SECONDS) -> bool:
        """Read on until the other side closes. Raises `Hung`."""
        try:
            async with asyncio.timeout(seconds):
                while piece := await self.reader.read(65_536):
                    self.seen += piece
        except TimeoutError:
            raise Hung(f"the connection is open after {seconds} s") from None
        except ConnectionError:
            return False
        return True

    async def answer(self, seconds: float = PATIENCE_SECONDS) -> Answer:
        """The next answer. Raises `Hung`."""
        first, sent = 0.0, self._sent_at
        try:
            async with asyncio.timeout(seconds):
                while not (parsed := parse(self.seen))[1]:
                    piece = await self.reader.read(65_536)
                    first = first or time.monotonic() - sent
                    if not piece:
                        break
                    self.seen += piece
        except TimeoutError:
            raise Hung(f"no end of the answer in {seconds} s; so far {self.seen[-300:]!r}") from None
        except ConnectionError:
            parsed = parse(self.seen)
        answer, end = parsed
        self.seen = self.seen[end:] if end else b""
        return Answer(*answer, seconds=time.monotonic() - sent, first_byte_seconds=first)

    def close(self) -> None:
        self.writer.transport.abort() if self.writer.transport.is_closing() else self.writer.close()

    def reset(self) -> None:
        self.writer.transport.abort()


def parse(data: bytes) -> tuple[tuple[int, dict[str, str], bytes, bool], int]:
    """Status, headers, body and whether it is whole; then how many bytes a whole answer took, else 0."""
    head, end, rest = data.partition(b"\r\n\r\n")
    if not end:
        return (0, {}, b"", False), 0
    lines = head.decode("latin-1").split("\r\n")
    status = int(lines[0].split(" ", 2)[1])
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    taken = len(head) + len(end)
    if status == 100:
        inner, used = parse(rest)
        return inner, used and used + taken
    if "content-length" in headers:
        length = int(headers["content-length"])
        return (status, headers, rest[:length], len(rest) >= length), taken + length if len(rest) >= length else 0
    body, used = _dechunked(rest)
    return (status, headers, body, bool(used)), taken + used if used else 0


def _dechunked(data: bytes) -> tuple[bytes, int]:
    body, at = [], 0
    while (end := data.find(b"\r\n", at)) >= 0:
        size = int(data[at:end], 16)
        piece = data[end + 2 : end + 2 + size]
        if len(data) < end + 4 + size:
            body.append(piece)
            break
        at = end + 4 + size
        if size == 0:
            return b"".join(body), at
        body.append(piece)
    return b"".join(body), 0


async def ask(port: int, words: str, *headers: str, seconds: float = PATIENCE_SECONDS, **fields: Any) -> Answer:
    """One chat on a connection of its own."""
    return await send(port, post(chat(words, **fields), *headers), seconds)


async def send(port: int, data: bytes, seconds: float = PATIENCE_SECONDS) -> Answer:
    """Bytes on a connection of their own, and the first answer to them."""
    client = await Client.connect(port)
    try:
        client.send(data)
        return await client.answer(seconds)
    finally:
        client.reset()
