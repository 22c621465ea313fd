"""The least an ASGI relay with an aiohttp client can do: no authentication, limits, metrics or errors of its own.

Measured for the decision about the gateway's data path; run by `tools/bench_gateway.py --prototypes`.
"""

from __future__ import annotations

import os
from typing import Any

import aiohttp

UPSTREAM = os.environ["UPSTREAM"]


class Relay:
    """One upstream, one connection pool."""

    session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        if self.session is None:
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=60)
            self.session = aiohttp.ClientSession(connector=connector, auto_decompress=False)
        message = await receive()
        body = message["body"]
        while message.get("more_body"):
            message = await receive()
            body += message["body"]
        headers = {"Content-Type": "application/json"}
        url = UPSTREAM + scope["path"]
        async with self.session.request(scope["method"], url, data=body, headers=headers) as answer:
            kept = [(k.lower(), v) for k, v in answer.raw_headers if k.lower() in (b"content-type", b"content-length")]
            await send({"type": "http.response.start", "status": answer.status, "headers": kept})
            async for chunk in answer.content.iter_any():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


app = Relay()
