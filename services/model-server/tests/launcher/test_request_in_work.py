"""How a request ended, as the engine's messages and its client's tell."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from starlette.types import Message, Receive, Scope, Send

from headway_model_server.in_engine.request_in_work import RequestInWork

Engine = Callable[[Scope, Receive, Send], Awaitable[None]]
START: Message = {"type": "http.response.start", "status": 200, "headers": []}
END: Message = {"type": "http.response.body", "body": b"null"}


async def answers(_scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send(START)
    await send(END)


async def answers_nobody(_scope: Scope, receive: Receive, send: Send) -> None:
    """As vLLM does where a client leaves before an answer that is not streamed."""
    while (await receive())["type"] != "http.disconnect":
        pass
    await send(START)
    await send(END)


async def hears_of_the_end_afterwards(_scope: Scope, receive: Receive, send: Send) -> None:
    await answers(_scope, receive, send)
    await receive()


async def fails(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({**START, "status": 500})
    await send(END)


async def breaks_off(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send(START)


@pytest.mark.parametrize(
    ("engine", "status"),
    [
        (answers, "success"),
        (answers_nobody, "aborted"),
        (hears_of_the_end_afterwards, "success"),
        (fails, "error"),
        (breaks_off, "aborted"),
    ],
)
def test_a_request_ends_in_one_of_three_ways(engine: Engine, status: str) -> None:
    client = iter([{"type": "http.request", "body": b"{}"}, {"type": "http.disconnect"}])

    async def receive() -> Message:
        return next(client)

    async def send(_message: Message) -> None:
        pass

    async def asked() -> RequestInWork:
        request = RequestInWork(send)
        await request.run(engine, {"type": "http"}, receive)
        return request

    assert asyncio.run(asked()).status == status
