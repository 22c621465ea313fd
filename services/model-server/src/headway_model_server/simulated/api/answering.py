"""Answers that come from the engine: sent while tokens come, and given up when the client leaves."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from headway_model_server.simulated.api.errors import ApiError
from headway_model_server.simulated.api.generation import Generation
from headway_model_server.simulated.extensions import BODY
from headway_model_server.simulated.simulation import Simulation

STREAM_HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8")]


class Answering(Response):
    """One generation as a response. A client that leaves frees its sequences at once."""

    def __init__(self, generation: Generation, simulation: Simulation) -> None:
        super().__init__()
        self._generation = generation
        self._simulation = simulation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sends = self._stream(scope, send) if self._generation.call.stream else self._whole(scope, receive, send)
        try:
            await unless_left(sends, receive)
        finally:
            self._simulation.recorder.aborted(self._simulation.driver.leave(self._generation.box))

    async def _stream(self, scope: Scope, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": STREAM_HEADERS})
        send_part: Send = scope["extensions"][BODY]
        async for piece in self._generation.events():
            await send_part({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _whole(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = Response(await self._generation.whole(), media_type="application/json")
        except ApiError as error:
            response = error_response(error)
        await response(scope, receive, send)


async def unless_left(sends: Coroutine[Any, Any, None], receive: Receive) -> None:
    """Runs until it is done or the client has left."""
    sending = asyncio.ensure_future(sends)
    leaving = asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
    finally:
        sending.cancel()
        leaving.cancel()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def error_response(error: ApiError) -> Response:
    """An error as an answer."""
    return Response(error.body(), error.status, media_type="application/json")
