"""Writes what became of a call: the end of a stream, a whole answer, or an error in the place that is left for it."""

import structlog

from headway_gateway.errors import GatewayError, UpstreamFailed, UpstreamRefused, UpstreamTimeout
from headway_gateway.front.exchange import JSON, Headers, answer
from headway_gateway.relay.call import Call
from headway_gateway.relay.retry_budget import SHOULD_NOT_RETRY, RetryBudget

log = structlog.get_logger()
STREAM_HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
)
PASSED_ON = (b"content-encoding", b"retry-after", b"x-headway-simulated")
"""Headers of a model server's answer that clients get."""


def open_stream(call: Call) -> None:
    """Send status and headers of a stream, if they are not out."""
    if call.exchange.started:
        return
    call.status = 200
    call.exchange.start(200, (*STREAM_HEADERS, *call.headers, *_passed_on(call)), None)


def deliver(call: Call, retries: RetryBudget) -> None:
    """The end of a stream, or the whole of an answer that is none. Raises `UpstreamFailed` where there is neither."""
    attempt, exchange = call.attempt, call.exchange
    if attempt is None or attempt.answer is None:
        raise UpstreamFailed("the model server did not answer")
    if attempt.streamed:
        open_stream(call)
        exchange.end()
        return
    status, body = call.shape(attempt.answer, attempt.body)
    if exchange.started:  # by a comment, while the request waited
        _failed(call, UpstreamRefused("the model server refused when the stream had begun"))
        exchange.write(b"data: " + body.replace(b"\n", b" ") + b"\n\n")
        exchange.end()
        return
    call.status = status
    kind = attempt.answer.headers.get(b"content-type")
    headers = [(b"content-type", kind) if kind else JSON, *call.headers, *_passed_on(call)]
    if status in (429, 503) and not retries.spend():
        headers.append(SHOULD_NOT_RETRY)
    exchange.start(status, headers, len(body))
    if body:
        exchange.write(body)
    exchange.end()


def tell(call: Call, error: GatewayError, retries: RetryBudget) -> None:
    """Tell the client what went wrong: as a status while nothing is written, else as the stream's last event."""
    _failed(call, error)
    exchange = call.exchange
    if exchange.started:
        if call.attempt is not None and call.attempt.first_byte_at is not None:
            call.metrics.broken_streams.inc()
        exchange.write(error.event())
        exchange.end()
        return
    call.status = error.status
    headers = [*call.headers, *error.headers()]
    if isinstance(error, UpstreamFailed | UpstreamTimeout) and not retries.spend():
        headers.append(SHOULD_NOT_RETRY)
    answer(exchange, error.status, error.body(), headers)


def _failed(call: Call, error: GatewayError) -> None:
    """Count and log what went wrong."""
    call.error = error
    call.metrics.failed(error.code)
    log.warning(
        "answer_failed", request_id=call.request_id, model=call.model.name, replica=call.replica, code=error.code
    )


def _passed_on(call: Call) -> Headers:
    answered = call.attempt.answer.headers if call.attempt and call.attempt.answer else {}
    return [(name, answered[name]) for name in PASSED_ON if name in answered]
