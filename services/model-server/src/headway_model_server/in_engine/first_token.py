"""The proof behind readiness: the engine is asked for one token, in its own process, as a client would ask."""

import asyncio
import os
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.types import ASGIApp, Message, Scope

ATTEMPT_SECONDS = 120.0
"""Longest wait for one token; a graph that compiles on the first request may take most of it."""
PAUSE_SECONDS = 1.0
"""Between two attempts."""


class NoToken(Exception):
    """The engine answered, and not with a token."""


@dataclass
class _Answer:
    status: int = 0
    body: bytearray = field(default_factory=bytearray)

    async def take(self, message: Message) -> None:
        self.status = message.get("status", self.status)
        self.body.extend(message.get("body", b""))


async def first_token(app: ASGIApp, root: object) -> float:
    """Makes the model generate one token; returns the seconds that took.

    An engine that serves no completions (an embedding model) is ready when it lists its model. Raises `NoToken`, and
    `TimeoutError` after `ATTEMPT_SECONDS`.
    """
    began = asyncio.get_running_loop().time()
    async with asyncio.timeout(ATTEMPT_SECONDS):
        listed = await _ask(app, root, "GET", "/v1/models", b"")
        if listed.status != 200:
            raise NoToken(f"/v1/models answered {listed.status}")
        model = msgspec.json.decode(listed.body)["data"][0]["id"]
        wanted = {"model": model, "prompt": "a", "max_tokens": 1, "temperature": 0}
        answer = await _ask(app, root, "POST", "/v1/completions", msgspec.json.encode(wanted))
    if answer.status not in (200, 404):
        raise NoToken(f"/v1/completions answered {answer.status}")
    return asyncio.get_running_loop().time() - began


async def _ask(app: ASGIApp, root: object, method: str, path: str, body: bytes) -> _Answer:
    requests: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    never = asyncio.Event()

    async def receive() -> Message:
        if requests:
            return requests.pop()
        await never.wait()
        return {"type": "http.disconnect"}

    answer = _Answer()
    await app(_scope(root, method, path, len(body)), receive, answer.take)
    return answer


def _scope(root: object, method: str, path: str, length: int) -> Scope:
    headers = [
        (b"host", b"localhost"),
        (b"content-type", b"application/json"),
        (b"content-length", str(length).encode()),
    ]
    if key := os.environ.get("VLLM_API_KEY"):
        headers.append((b"authorization", f"Bearer {key}".encode()))
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
        "state": {},
        "app": root,
    }
    return scope
