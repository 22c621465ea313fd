"""The data path's routes: documented here, answered by the relay."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from io import BytesIO
from typing import Any

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from headway_gateway.admission.openai import ChatRequest, CompletionRequest, GenerateRequest
from headway_gateway.errors import BodyTooLarge
from headway_gateway.front.asgi_exchange import AsgiExchange
from headway_gateway.front.exchange import Exchange
from headway_gateway.gateway import Gateway
from headway_gateway.generate import Generated
from headway_gateway.guarded_app import as_request
from headway_gateway.routes.openapi import request_body

Message = MutableMapping[str, Any]
Handler = Callable[[Gateway], Callable[[Exchange], Awaitable[None]]]
ERRORS = {
    404: "No such model.",
    429: "The client's limit, or the model server's; Retry-After says when.",
    502: "The model server broke its answer off.",
    503: "No replica, or a bound is reached; Retry-After says when.",
    504: "The model server did not answer in time.",
}
EVENT: dict[str, Any] = {
    "description": "One event; its data is a chunk as JSON, that of the last one is [DONE].",
    "type": "object",
    "required": ["data"],
    "properties": {"data": {"type": "string"}},
}
PASSED_ON: dict[str, Any] = {
    "description": "The model server's answer as it gave it: OpenAI's object, or its events where `stream` is true.",
    "content": {
        "application/json": {"schema": {"type": "object"}},
        "text/event-stream": {"schema": EVENT},
    },
}
GENERATED: dict[str, Any] = {
    "description": "The text.",
    "content": {"application/json": {"schema": msgspec.json.schema(Generated)["$defs"]["Generated"]}},
}


class RelayResponse(Response):
    """Lets the relay answer through an `AsgiExchange`; a client that leaves cancels it."""

    def __init__(self, request: Request, handler: Handler) -> None:
        super().__init__()
        self._gateway: Gateway = request.app.state.gateway
        self._handler = handler

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI."""
        request = as_request(scope)
        request.arrived = asyncio.get_running_loop().time()
        body = await self._body(receive)
        if body is None:
            return
        request.body = body
        exchange = AsgiExchange(request)
        async with asyncio.TaskGroup() as group:
            answering = group.create_task(_run(self._handler(self._gateway), exchange))
            leaving = group.create_task(_cancel_when_left(receive, answering, exchange))
            await exchange.send_all(send)
            leaving.cancel()

    async def _body(self, receive: Callable[[], Awaitable[Message]]) -> bytes | None:
        """The whole body, None where the client left in the middle of it. Raises `BodyTooLarge`."""
        body, more = BytesIO(), True  # gives its value without a copy
        limit = self._gateway.settings.max_body_bytes
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body.write(message.get("body", b""))
            more = message.get("more_body", False)
            if body.tell() > limit:
                raise BodyTooLarge(f"the request body is larger than {limit} bytes")
        return body.getvalue()


async def _run(handler: Callable[[Exchange], Awaitable[None]], exchange: Exchange) -> None:
    await handler(exchange)


async def _cancel_when_left(
    receive: Callable[[], Awaitable[Message]], answering: "asyncio.Task[None]", exchange: AsgiExchange
) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    answering.cancel()
    exchange.left()


def openai_router() -> APIRouter:
    """`/v1/chat/completions`, `/v1/completions` and `/generate`."""
    router = APIRouter()
    paths: list[tuple[str, str, type[msgspec.Struct], dict[str, Any], Handler]] = [
        ("/v1/chat/completions", "Answer a chat", ChatRequest, PASSED_ON, lambda gateway: gateway.chat),
        ("/v1/completions", "Complete a text", CompletionRequest, PASSED_ON, lambda gateway: gateway.completion),
        ("/generate", "Complete a text, small contract", GenerateRequest, GENERATED, lambda gateway: gateway.generate),
    ]
    for path, summary, body, answer, handler in paths:
        router.add_api_route(
            path,
            _endpoint(handler),
            methods=["POST"],
            summary=summary,
            openapi_extra=request_body(body),
            responses={200: answer, **{status: {"description": text} for status, text in ERRORS.items()}},
            response_class=Response,
        )
    return router


def _endpoint(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return RelayResponse(request, handler)

    return endpoint
