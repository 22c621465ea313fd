"""Everything the gateway answers when it cannot serve, as one tree.

GatewayError
├── InvalidRequest                400  invalid_request      the request itself is wrong
│   ├── FieldRefused              400  field_refused        a field that may not pass
│   ├── BodyTooLarge              413  body_too_large
│   └── BodyTooSlow               408  body_too_slow
├── Unauthenticated               401  invalid_api_key
├── Forbidden                     403  forbidden
├── NotFound                      404  not_found
│   └── ModelNotFound             404  model_not_found
├── Conflict                      409  conflict
├── TooManyRequests               429  rate_limited         Retry-After
├── Unavailable                   503  unavailable          Retry-After; which models there are is not known yet
│   ├── NoReplica                 503  no_replica           none became ready in time
│   ├── Overloaded                503  overloaded           a bound of this process
│   ├── Draining                  503  draining             this process is going
│   └── StorageUnavailable        503  storage_unavailable  not stored, or not known to be
├── UpstreamFailed                502  upstream_failed      a model server broke its answer off
│   └── UpstreamMalformed         502  upstream_malformed   its answer is not HTTP
├── UpstreamRefused               502  upstream_refused     its own refusal, inside a stream that had begun
└── UpstreamTimeout               504  upstream_timeout     no first byte in time, or silence inside
    └── AnswerTooLong             504  answer_too_long      the answer's own bound

`body` and `event` are the only places where one becomes bytes: OpenAI's shape, with a stable `code`.
Messages are written here or from names of fields; nothing that a client or a model wrote is ever repeated in one.
"""

from typing import ClassVar

import msgspec


class GatewayError(Exception):
    """Something the client is told; `message` is for people, `code` for programs."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    kind: ClassVar[str] = "server_error"

    def __init__(self, message: str, *, param: str | None = None, retry_after_seconds: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.retry_after_seconds = retry_after_seconds

    def body(self) -> bytes:
        """OpenAI's error object as JSON."""
        error = {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}
        return msgspec.json.encode({"error": error})

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Headers that go with it."""
        if self.retry_after_seconds is None:
            return []
        return [(b"retry-after", str(self.retry_after_seconds).encode())]

    def event(self) -> bytes:
        """The error as the last event of a stream that has begun."""
        return b"data: " + self.body() + b"\n\n"


class InvalidRequest(GatewayError):
    """The request is wrong; the same one will be refused again."""

    status = 400
    code = "invalid_request"
    kind = "invalid_request_error"


class FieldRefused(InvalidRequest):
    """A field that does not pass this gateway."""

    code = "field_refused"


class BodyTooLarge(InvalidRequest):
    """More bytes than `max_body_bytes`."""

    status = 413
    code = "body_too_large"


class BodyTooSlow(InvalidRequest):
    """The body did not come within `body_timeout_seconds`."""

    status = 408
    code = "body_too_slow"


class Unauthenticated(GatewayError):
    """No key, or none that is known."""

    status = 401
    code = "invalid_api_key"
    kind = "authentication_error"


class Forbidden(GatewayError):
    """A known client, not allowed to do this."""

    status = 403
    code = "forbidden"
    kind = "permission_error"


class NotFound(GatewayError):
    """No such path."""

    status = 404
    code = "not_found"
    kind = "invalid_request_error"


class ModelNotFound(NotFound):
    """No model of that name."""

    code = "model_not_found"


class Conflict(GatewayError):
    """The id is taken by something else."""

    status = 409
    code = "conflict"
    kind = "invalid_request_error"


class TooManyRequests(GatewayError):
    """The client's own limit."""

    status = 429
    code = "rate_limited"
    kind = "rate_limit_error"


class Unavailable(GatewayError):
    """Nothing wrong with the request; later it may be served."""

    status = 503
    code = "unavailable"


class NoReplica(Unavailable):
    """No replica became ready in time."""

    code = "no_replica"


class Overloaded(Unavailable):
    """This process has as much in work as it may."""

    code = "overloaded"


class Draining(Unavailable):
    """This process is going; another one answers."""

    code = "draining"


class StorageUnavailable(Unavailable):
    """The store did not confirm; the client keeps its answer and tries again with the same id."""

    code = "storage_unavailable"


class UpstreamFailed(GatewayError):
    """A model server broke its answer off."""

    status = 502
    code = "upstream_failed"


class UpstreamMalformed(UpstreamFailed):
    """A model server's answer is not HTTP."""

    code = "upstream_malformed"


class UpstreamRefused(GatewayError):
    """A model server refused when the stream had been opened by a comment; the client gets its words, we count this."""

    status = 502
    code = "upstream_refused"


class UpstreamTimeout(GatewayError):
    """A model server did not answer in time."""

    status = 504
    code = "upstream_timeout"


class AnswerTooLong(UpstreamTimeout):
    """The answer took `total_timeout_seconds`; nobody's fault but the question's."""

    code = "answer_too_long"
