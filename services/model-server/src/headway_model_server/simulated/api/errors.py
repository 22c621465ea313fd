"""What a request is refused with, in the words and the shape of vLLM 0.32.0.

ApiError                     status and type
├── Invalid        400       a value that the model or the API cannot take       BadRequestError
├── Malformed      400       a body that is not JSON, or not of the right form   Bad Request
├── UnknownModel   404       NotFoundError
└── EngineGone     500       InternalServerError
"""

from typing import Any

import msgspec


class ApiError(Exception):
    """An answer that is an error."""

    status = 500
    kind = "InternalServerError"

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param

    def body(self) -> bytes:
        """The JSON body."""
        return msgspec.json.encode(
            {"error": {"message": self.message, "type": self.kind, "param": self.param, "code": self.status}}
        )


class Invalid(ApiError):
    """A value out of what the model or the API can take."""

    status, kind = 400, "BadRequestError"

    @classmethod
    def of(cls, message: str, param: str, value: Any) -> "Invalid":
        """Names the field and its value at the end, as vLLM's own validation does."""
        return cls(f"{message} (parameter={param}, value={value})", param)


class Malformed(ApiError):
    """A body that cannot be read."""

    status, kind = 400, "Bad Request"

    @classmethod
    def of(cls, kind: str, place: str, message: str, given: str, context: str = "") -> "Malformed":
        """One validation error in pydantic's words; `place` is where in the body it is."""
        tail = f", 'ctx': {{'error': '{context}'}}" if context else ""
        return cls(
            f"1 validation error:\n  {{'type': '{kind}', 'loc': '{place}', 'msg': '{message}', 'input': '{given}'{tail}}}",
            place,
        )


class UnknownModel(ApiError):
    """A model that is not served here."""

    status, kind = 404, "NotFoundError"

    def __init__(self, name: str, served: tuple[str, ...]) -> None:
        super().__init__(f"The model `{name}` does not exist. Valid aliases: {', '.join(served)}.", "model")


class EngineGone(ApiError):
    """The engine takes no more requests, or died."""
