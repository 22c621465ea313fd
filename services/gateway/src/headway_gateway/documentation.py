"""The OpenAPI document, completed: what the doors refuse before any route is asked is said at every operation."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from headway_gateway.front.guard import PUBLIC

REFUSALS = {
    "400": "The request is wrong, or has a field that does not pass.",
    "401": "No API key, or none that is known.",
    "408": "The body did not arrive in time.",
    "413": "The body is too large.",
    "503": "This server is going or at a bound, or nothing could serve the request; Retry-After says when to ask again.",
}
NULLABLE_TEXT = {"type": ["string", "null"]}
ERROR: dict[str, Any] = {
    "title": "Error",
    "description": "OpenAI's error object; `code` is stable, a model server's own errors have numbers in it.",
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": NULLABLE_TEXT,
                "code": {"type": ["string", "integer", "null"]},
            },
        }
    },
}
RETRY_AFTER = {"description": "Seconds after which to ask again.", "schema": {"type": "integer", "minimum": 0}}
REQUEST_ID = {"description": "The gateway's own number of this answer.", "schema": {"type": "string"}}


def document(app: FastAPI) -> None:
    """Make `app.openapi` give the whole truth; call it after every route is there."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(get_openapi(title=app.title, version=app.version, routes=app.routes))
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _completed(schema: dict[str, Any]) -> dict[str, Any]:
    components = schema.setdefault("components", {})
    components.setdefault("schemas", {})["Error"] = ERROR
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key, or a JWT."}
    }
    for path, operations in schema["paths"].items():
        public = path.encode() in PUBLIC
        for operation in operations.values():
            if not public:
                operation["security"] = [{"key": []}]
            _complete(operation["responses"], public)
    return schema


def _complete(responses: dict[str, Any], public: bool) -> None:
    responses.pop("422", None)  # FastAPI's own; here it is a 400
    for status, text in REFUSALS.items():
        if not (public and status == "401"):
            responses.setdefault(status, {"description": text})
    for status, response in responses.items():
        response.setdefault("headers", {})["x-request-id"] = REQUEST_ID
        if int(status) >= 400:
            response["content"] = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
        if status in ("429", "503"):
            response["headers"]["retry-after"] = RETRY_AFTER
