"""The control server: pages, `/runtime.json`, and the control room's API."""

import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import anyio
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from headway.local.chaos import FAULTS, CannotBreak, Chaos
from headway.local.faults import CannotRun
from headway.local.load import PROFILES, SHOW, Load
from headway.local.pages import Pages
from headway.local.show import Show
from headway.local.watch import Message, Watch

KEEP_ALIVE_SECONDS = 15.0
MOST_BODY_BYTES = 4096


@dataclass(frozen=True, eq=False)
class ControlParts:
    """What the API acts on."""

    token: str
    runtime: Callable[[str], dict[str, str]]
    """What a page reads first, by the `Host` under which it was opened."""
    origins: tuple[str, ...]
    hello: Callable[[], dict[str, Any]]
    past: Callable[[], list[dict[str, Any]]]
    """Scaling events so far."""
    watch: Watch
    chaos: Chaos
    load: Load
    show: Show
    pages: Pages
    speed: float


class Wrong(Exception):
    """What was asked for is not possible."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _Commands:
    """What a page may ask for; each takes a body and returns the answer's. They raise `Wrong`."""

    def __init__(self, parts: ControlParts) -> None:
        self._parts = parts

    async def mode(self, body: dict[str, Any]) -> dict[str, Any]:
        show, wanted = self._parts.show, body.get("mode")
        if wanted == "clock":
            show.follow_the_clock()
        elif wanted in ("quiz", "survey"):
            show.set(wanted)
        else:
            raise Wrong(400, "mode is quiz, survey or clock")
        return self._shown()

    async def show_restart(self, _: dict[str, Any]) -> dict[str, Any]:
        self._parts.show.restart()
        return self._shown()

    def _shown(self) -> dict[str, Any]:
        show = self._parts.show
        return {"mode": show.mode, "clock": show.by_the_clock}

    async def chaos(self, body: dict[str, Any]) -> dict[str, Any]:
        fault = next((name for name in FAULTS if name == body.get("fault")), None)
        if fault is None:
            raise Wrong(400, f"fault is one of {', '.join(FAULTS)}")
        try:
            return {"text": await self._parts.chaos.strike(fault, body.get("deployment"))}
        except CannotBreak as error:
            raise Wrong(409, str(error)) from None

    async def load(self, body: dict[str, Any]) -> dict[str, Any]:
        parts, wanted = self._parts, body.get("profile")
        speed = body.get("speed", parts.speed)
        if not isinstance(speed, int | float) or not 0 < speed <= 1000:
            raise Wrong(400, "speed is a number above 0, up to 1000")
        profile = next((name for name in PROFILES if name == wanted), None)
        if wanted == "stop":
            await parts.load.stop()
        elif profile is None:
            raise Wrong(400, f"profile is one of {', '.join(PROFILES)}, or stop")
        elif profile == SHOW and speed != parts.speed:
            raise Wrong(400, f"{SHOW} plays by the show's clock, at this run's speed of {parts.speed:g}")
        else:
            await parts.load.begin(profile, speed)
        return parts.load.state()


def create_app(parts: ControlParts) -> Starlette:
    """The application of one run."""
    commands = _Commands(parts)

    async def runtime(request: Request) -> Response:
        found = parts.runtime(request.headers.get("Host", ""))
        return JSONResponse(found, headers={"Cache-Control": "no-store"})

    async def events(request: Request) -> Response:
        if not _knows(parts.token, request.query_params.get("token", "")):
            return JSONResponse({"error": "the token of this run is needed"}, 401)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(_events(parts), media_type="text/event-stream", headers=headers)

    return Starlette(
        routes=[
            Route("/runtime.json", runtime),
            Route("/control/events", events),
            *(
                Route(f"/control/{name}", _guarded(parts.token, action), methods=["POST"])
                for name, action in (
                    ("mode", commands.mode),
                    ("show-restart", commands.show_restart),
                    ("chaos", commands.chaos),
                    ("load", commands.load),
                )
            ),
            Route("/{path:path}", parts.pages.serve),
        ],
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=list(parts.origins),
                allow_methods=["GET", "POST"],
                allow_headers=["Authorization", "Content-Type"],
            )
        ],
    )


def _guarded(
    token: str, action: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        if not _knows(token, request.headers.get("Authorization", "").removeprefix("Bearer ")):
            return JSONResponse({"error": "the token of this run is needed"}, 401)
        try:
            return JSONResponse(await action(await _body(request)))
        except Wrong as wrong:
            return JSONResponse({"error": str(wrong)}, wrong.status)
        except CannotRun as error:
            return JSONResponse({"error": f"{error}; {error.hint}"}, 503)

    return answer


async def _body(request: Request) -> dict[str, Any]:
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BODY_BYTES:
            raise Wrong(413, f"the body is longer than {MOST_BODY_BYTES} bytes")
    try:
        found = json.loads(content or b"{}")
    except ValueError:
        raise Wrong(400, "the body is no JSON") from None
    if not isinstance(found, dict):
        raise Wrong(400, "the body is no JSON object")
    return found


def _knows(token: str, presented: str) -> bool:
    return hmac.compare_digest(token.encode(), presented.encode())


async def _events(parts: ControlParts) -> AsyncIterator[str]:
    async with parts.watch.listen() as messages:
        yield _event("hello", parts.hello())
        for past in parts.past():
            yield _event("scaling", past)
        while True:
            message: Message | None = None
            with anyio.move_on_after(KEEP_ALIVE_SECONDS):
                try:
                    message = await messages.receive()
                except anyio.EndOfStream:
                    return
            yield ": still here\n\n" if message is None else _event(*message)


def _event(name: str, content: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(content)}\n\n"
