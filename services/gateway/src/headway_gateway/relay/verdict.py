"""What the end of an attempt says about the replica that was asked."""

import structlog

from headway_gateway.errors import AnswerTooLong, Draining, GatewayError, UpstreamFailed, UpstreamTimeout
from headway_gateway.relay.call import Call
from headway_gateway.replicas.replica import Replica

log = structlog.get_logger()
DRAINING_HEADER = b"x-headway-draining"
SET_ASIDE_SECONDS = 30
"""Longest that a replica's own Retry-After keeps requests from it."""


def judged(
    call: Call, replica: Replica, error: GatewayError | None, ejection_seconds: float, now: float
) -> GatewayError | None:
    """Tell the replica how its attempt went; returns what went wrong, `Draining` where it said that it is going."""
    head = call.attempt.answer if call.attempt else None
    if error is None and head is not None and head.status in (429, 503):
        if DRAINING_HEADER in head.headers:
            replica.set_aside(now + ejection_seconds)
            return Draining("the model server is going", retry_after_seconds=1)
        asked = head.headers.get(b"retry-after", b"")
        if head.status == 503 and asked.isdigit():
            replica.set_aside(now + min(int(asked), SET_ASIDE_SECONDS))
    elif error is None or isinstance(error, AnswerTooLong):
        replica.succeeded()
    elif isinstance(error, UpstreamFailed | UpstreamTimeout):
        stale = call.reused_connection and head is None and isinstance(error, UpstreamFailed)
        if not stale and replica.failed(now):
            call.metrics.ejections.inc()
            log.warning("replica_ejected", model=call.model.name, replica=call.replica, code=error.code)
    return error
