"""`GET /config`: what the page shows."""

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from headway_gateway.mode import MODES, Mode

CACHE_CONTROL = "public, max-age=1"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"mode": {"type": "string", "enum": list(MODES)}},
    "required": ["mode"],
    "additionalProperties": False,
}


def config_router(mode: Mode) -> APIRouter:
    """The route that tells the page its mode; it needs no key, and it never fails."""
    router = APIRouter(tags=["config"])

    @router.get(
        "/config",
        summary="The mode of the page: quiz or survey",
        response_class=Response,
        responses={
            200: {"description": "The mode.", "content": {"application/json": {"schema": SCHEMA}}},
            304: {"description": "The mode is still the one of `If-None-Match`."},
        },
    )
    async def config(request: Request) -> Response:
        name = mode.current()
        headers = {"ETag": f'"{name}"', "Cache-Control": CACHE_CONTROL}
        if headers["ETag"] in request.headers.get("If-None-Match", ""):
            return Response(status_code=304, headers=headers)
        return Response(msgspec.json.encode({"mode": name}), media_type="application/json", headers=headers)

    return router
