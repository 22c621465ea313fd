"""The one place where an exception of the application becomes an answer in OpenAI's shape."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from headway_gateway.errors import GatewayError, InvalidRequest, NotFound


class ErrorResponse(Response):
    """A `GatewayError` as a response."""

    media_type = "application/json"

    def __init__(self, error: GatewayError) -> None:
        headers = {name.decode(): value.decode() for name, value in error.headers()}
        super().__init__(error.body(), error.status, headers)


class MethodNotAllowed(InvalidRequest):
    """The path exists, with other methods."""

    status = 405
    code = "method_not_allowed"


def answer_failures(app: FastAPI) -> None:
    """Register the handlers."""

    async def gateway_error(_request: Request, error: Exception) -> Response:
        assert isinstance(error, GatewayError)  # noqa: S101  registered for this type
        return ErrorResponse(error)

    async def http_error(_request: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 500)
        if status == 405:
            response = ErrorResponse(MethodNotAllowed("the path does not know this method"))
            response.headers.update(getattr(error, "headers", None) or {})
            return response
        if status == 404:
            return ErrorResponse(NotFound("nothing is served at this path"))
        return ErrorResponse(InvalidRequest("the request cannot be served"))

    async def invalid(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101  registered for this type
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:]) if len(first["loc"]) > 1 else "the body"
        return ErrorResponse(InvalidRequest(f"{place[:64]}: {first['msg']}"))

    app.add_exception_handler(GatewayError, gateway_error)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, invalid)
