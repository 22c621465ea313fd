"""What the end of an attempt says about the replica that was asked."""

import structlog

from headway_gateway.errors import AnswerTooLong, Draining, GatewayError, UpstreamFailed
from headway_gateway.relay.call import Call
from headway_gateway.replicas.replica import Replica

log = structlog.get_logger()
DRAINING_HEADER = b"x-headway-draining"
SET_ASIDE_SECONDS = 30
"""Longest that a replica's own Retry-After keeps requests from it."""


def judged(call: Call, replica: Replica, error: GatewayError | None, now: float) -> GatewayError | None:
    """Tell the replica how its attempt went; returns what went wrong, `Draining` where it said that it is going."""
    attempt = call.attempt
    head = attempt.answer if attempt else None
    if error is None and head is not None and head.status in (429, 503):
        if DRAINING_HEADER in head.headers:
            replica.leaving(now)
            return Draining("the model server is going", retry_after_seconds=1)
        asked = head.headers.get(b"retry-after", b"")
        if head.status == 503 and asked.isdigit():
            replica.set_aside(now + min(int(asked), SET_ASIDE_SECONDS))
    elif error is None or (isinstance(error, AnswerTooLong) and attempt and attempt.first_byte_at is not None):
        replica.succeeded(now, call.trial)
    elif _is_failure(call, replica, error) and replica.failed(now, call.trial):
        call.metrics.ejections.inc()
        log.warning("replica_ejected", model=call.model.name, replica=call.replica, code=error.code)
    return error


def is_back(call: Call, replica: Replica) -> None:
    """The try of an ejected replica brings a stream: others need not wait for its end."""
    call.trial = False
    replica.began()


def _is_failure(call: Call, replica: Replica, error: GatewayError) -> bool:
    """Whether the replica is to blame. It is not for what one that works may do:

    - an idle connection closes as a request is sent over it;
    - an answer that is not streamed is late while others are answered: nothing is heard of it before all of it is there;
    - the answer's own bound ends before the first byte of a stream was due.
    """
    attempt = call.attempt
    if attempt is None or attempt.sent_at is None:
        return True
    if isinstance(error, UpstreamFailed):
        return not call.reused_connection or attempt.answer is not None
    if not call.admitted.stream and attempt.first_byte_at is None:
        return replica.answered_at <= attempt.sent_at  # the loop counts milliseconds: equal is before
    return not isinstance(error, AnswerTooLong)
