"""What routes say of themselves in OpenAPI: their bodies are msgspec's, which FastAPI does not read.

Errors have one shape, which `documentation` adds at every operation.
"""

from typing import Any

import msgspec

_MEANINGS = {
    400: "The body is not what this route takes.",
    401: "No key, or none that is known.",
    403: "This client may not do this.",
    408: "The body did not come in time.",
    409: "The id belongs to something else, or there is nothing to draw from.",
    413: "The body is too long.",
    429: "The client's limit; try again after Retry-After.",
    503: "The store did not confirm; send the same again after Retry-After.",
}


def responses(success: type[msgspec.Struct], *statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route that answers `success`, or one of these statuses."""
    done = {"description": "Done.", "content": {"application/json": {"schema": _schema(success)}}}
    return {200: done, **{status: {"description": _MEANINGS[status]} for status in statuses}}


def request_body(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """`openapi_extra` of a route that reads `kind` itself."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": _schema(kind)}}}}


def _schema(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON schema of `kind` in one piece: OpenAPI's own references are FastAPI's to give out."""
    _, parts = msgspec.json.schema_components([kind], ref_template="{name}")
    schema: dict[str, Any] = _inlined(parts[kind.__name__], parts)
    return schema


def _inlined(schema: Any, parts: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(item, parts) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(parts[schema["$ref"]], parts)
    return {name: _inlined(value, parts) for name, value in schema.items()}
