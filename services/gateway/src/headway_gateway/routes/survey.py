"""`/api/survey/…`: hand in an answer, ask for winners, draw them."""

from collections.abc import Callable

import msgspec
from fastapi import APIRouter, HTTPException, Request, Response

from headway_gateway.errors import BodyTooLarge
from headway_gateway.identity.client import Client
from headway_gateway.routes.openapi import request_body, responses
from headway_gateway.surveys import answer as answers
from headway_gateway.surveys.answer import Answer
from headway_gateway.surveys.draw import Announcement, Draw, DrawRequest
from headway_gateway.surveys.service import SurveyService

Authenticate = Callable[[Request], Client]
_NEITHER_GET_NOR_POST = ["DELETE", "HEAD", "OPTIONS", "PATCH", "PUT", "TRACE"]


class Receipt(msgspec.Struct, frozen=True):
    """The answer is stored; the same for every repetition of it."""

    id: str
    ticket: str


def survey_router(service: SurveyService, authenticate: Authenticate) -> APIRouter:
    """The survey's routes; each one asks `authenticate` who calls before it reads the body."""
    router = APIRouter(prefix="/api/survey", tags=["survey"])

    @router.post(
        "/submit",
        summary="Hand in an answer; safe to repeat until it is acknowledged",
        response_class=Response,
        responses=responses(Receipt, 400, 401, 403, 408, 409, 413, 429, 503),
        openapi_extra=request_body(Answer),
    )
    async def submit(request: Request) -> Response:
        authenticate(request)
        answer = await service.submit(await _body(request))
        return _json(Receipt(answer.id, answers.ticket(answer.id)), "no-store")

    @router.get(
        "/winners",
        summary="Who won; asked every two seconds",
        response_class=Response,
        responses=responses(Announcement, 401, 403, 429, 503),
    )
    async def winners(request: Request) -> Response:
        authenticate(request)
        return _json(await service.winners(), "private, max-age=1")

    @router.post(
        "/winners",
        summary="Draw winners; presenters only, safe to repeat",
        response_class=Response,
        responses=responses(Draw, 400, 401, 403, 408, 409, 413, 429, 503),
        openapi_extra=request_body(DrawRequest),
    )
    async def draw(request: Request) -> Response:
        client = authenticate(request)
        return _json(await service.draw(client, await _body(request)), "no-store")

    @router.api_route("/winners", methods=_NEITHER_GET_NOR_POST, include_in_schema=False)
    async def neither() -> Response:
        # Left alone, the framework names in Allow the methods of the first route of a path only.
        raise HTTPException(405, headers={"Allow": "GET, POST"})

    return router


async def _body(request: Request) -> bytes:
    """The request's body, refused once it is longer than any answer could be."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > answers.MAX_BODY_BYTES:
            raise BodyTooLarge(f"The body is longer than {answers.MAX_BODY_BYTES} bytes.")
    return bytes(body)


def _json(content: msgspec.Struct, cache_control: str) -> Response:
    encoded = msgspec.json.encode(content)
    return Response(encoded, media_type="application/json", headers={"Cache-Control": cache_control})
