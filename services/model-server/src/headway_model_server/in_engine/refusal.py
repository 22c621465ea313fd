"""Answers that come from the launcher's part and not from the engine, in the engine's own shape."""

import msgspec
from starlette.types import Message

RETRY_AFTER_SECONDS = 1
"""Another replica can take the request at once."""
TAKES_NOTHING = (b"x-headway-draining", b"true")
"""Tells the gateway that this is no overload: another replica gets the request, and this one no further ones."""
DRAINING = "This replica is shutting down and takes no new requests."
CUT = "This replica had to shut down before the answer was complete."
NO_TOKEN_YET = "The model has not made a first token yet."  # noqa: S105  a sentence


def error_body(message: str) -> bytes:
    """OpenAI's error object, with the type and code that vLLM gives a 503."""
    error = {"message": message, "type": "ServiceUnavailableError", "param": None, "code": 503}
    return msgspec.json.encode({"error": error})


def unavailable(message: str) -> tuple[Message, Message]:
    """A whole 503; the connection closes, so that the client's next request meets another replica."""
    body = error_body(message)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", str(RETRY_AFTER_SECONDS).encode()),
        (b"connection", b"close"),
        TAKES_NOTHING,
    ]
    return (
        {"type": "http.response.start", "status": 503, "headers": headers},
        {"type": "http.response.body", "body": body},
    )


def last_event() -> Message:
    """The end of a stream that has begun: an error event, and no `[DONE]` that would call it whole."""
    return {"type": "http.response.body", "body": b"data: " + error_body(CUT) + b"\n\n"}
