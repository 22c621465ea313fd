"""The gateway as the documents write it: FastAPI, an httpx client, the body decoded and encoded again."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse

UPSTREAM = os.environ["UPSTREAM"]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    # As many connections as anybody wants: the defaults would refuse the benchmark's streams.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=UPSTREAM, timeout=60, limits=limits) as client:
        app.state.client = client
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/v1/chat/completions", response_model=None)
async def chat_completions(request: Request) -> JSONResponse | StreamingResponse:
    body = await request.json()
    if body.get("stream"):
        return StreamingResponse(_events(body), media_type="text/event-stream")
    answer = await app.state.client.post("/v1/chat/completions", json=body)
    return JSONResponse(answer.json(), status_code=answer.status_code)


async def _events(body: dict[str, Any]) -> AsyncIterator[bytes]:
    async with app.state.client.stream("POST", "/v1/chat/completions", json=body) as answer:
        async for chunk in answer.aiter_bytes():
            yield chunk
