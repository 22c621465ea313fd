"""OpenTelemetry traces of the data path: one span a call, with the names of the GenAI semantic conventions.

Off unless `otlp_endpoint` is set; then nothing of OpenTelemetry is imported and a call costs one comparison more. A
span says who served what in how long and how it ended. It never has a prompt, an answer, a key or a client's name.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Protocol

from headway_gateway.relay.call import Call
from headway_gateway.relay.usage import TAIL_BYTES, usage_in

if TYPE_CHECKING:
    from opentelemetry.trace import Span

TRACES_PATH = "/v1/traces"
EXPORT_SECONDS = 5
"""Longest wait for the collector, at each export and once more at the end of the process."""
OPERATIONS = {b"/v1/chat/completions": "chat", b"/v1/completions": "text_completion"}
CONTEXT_HEADERS = (b"traceparent", b"tracestate")
_FINISH = re.compile(rb'"finish_reason": ?"([a-z_]{1,32})"')


class Tracer(Protocol):
    """What the relay tells about calls; None in its place when tracing is off."""

    def begin(self, call: Call) -> None:
        """The call is admitted: continue the client's trace, and give the model server its place in it."""

    def end(self, call: Call) -> None:
        """It is over: answered, failed with `call.error`, or left by its client."""


@contextlib.asynccontextmanager
async def tracing(endpoint: str | None) -> AsyncIterator[Tracer | None]:
    """The tracer for an OTLP/HTTP collector, None without one; what is still unsent at the end is sent, bounded."""
    if endpoint is None:
        yield None
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    exporter = OTLPSpanExporter(endpoint=traces_url(endpoint), timeout=EXPORT_SECONDS)
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: "headway-gateway"}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter, export_timeout_millis=EXPORT_SECONDS * 1000))
    try:
        yield OpenTelemetryTracer(provider)
    finally:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.to_thread(provider.shutdown), 2 * EXPORT_SECONDS)


def traces_url(endpoint: str) -> str:
    """The collector's address for traces; the setting may name the collector or the path itself."""
    base = endpoint.rstrip("/")
    return base if base.endswith(TRACES_PATH) else base + TRACES_PATH


class OpenTelemetryTracer:
    """A `Tracer` over an OpenTelemetry provider."""

    def __init__(self, provider: object) -> None:
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.trace import SpanKind, set_span_in_context
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        assert isinstance(provider, TracerProvider)  # noqa: S101  imported only here
        self._tracer = provider.get_tracer("headway_gateway")
        self._client = SpanKind.CLIENT
        self._context_with = set_span_in_context
        self._propagator = TraceContextTextMapPropagator()
        self._spans: dict[Call, Span] = {}

    def begin(self, call: Call) -> None:
        """See `Tracer.begin`."""
        admitted = call.admitted
        operation = OPERATIONS[admitted.path]
        span = self._tracer.start_span(
            f"{operation} {admitted.model}",
            context=self._propagator.extract(_context_in(call.exchange.request.headers)),
            kind=self._client,
            attributes={
                "gen_ai.operation.name": operation,
                "gen_ai.provider.name": "headway",
                "gen_ai.request.model": admitted.model,
                "gen_ai.request.max_tokens": admitted.output_tokens,
                "gen_ai.request.stream": admitted.stream,
                "headway.request_id": call.request_id,
            },
        )
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier, context=self._context_with(span))
        call.trace_headers = "".join(f"{name}: {value}\r\n" for name, value in carrier.items()).encode("latin-1")
        self._spans[call] = span

    def end(self, call: Call) -> None:
        """See `Tracer.end`."""
        span = self._spans.pop(call, None)
        if span is None:
            return
        host, _, port = call.replica.rpartition(":")
        if host:
            span.set_attribute("server.address", host)
            span.set_attribute("server.port", int(port))
        span.set_attribute("http.response.status_code", call.status)
        _describe_answer(span, call)
        failure = call.error.code if call.error else str(call.status) if call.status >= 400 else None
        if failure is not None:
            from opentelemetry.trace import StatusCode

            span.set_attribute("error.type", failure)
            span.set_status(StatusCode.ERROR)
        span.end()


def _describe_answer(span: "Span", call: Call) -> None:
    attempt = call.attempt
    if attempt is None or attempt.answer is None:
        return
    if attempt.first_byte_at is not None:
        waited = attempt.first_byte_at - call.exchange.request.arrived
        span.set_attribute("gen_ai.response.time_to_first_chunk", waited)
    tail = (attempt.events.last if attempt.streamed else attempt.body)[-TAIL_BYTES:]
    used = usage_in(tail)
    if used is not None:
        span.set_attribute("gen_ai.usage.input_tokens", used.prompt_tokens)
        span.set_attribute("gen_ai.usage.output_tokens", used.completion_tokens)
    reasons = [reason.decode() for reason in _FINISH.findall(tail)]
    if reasons:
        span.set_attribute("gen_ai.response.finish_reasons", reasons)


def _context_in(headers: Mapping[bytes, bytes]) -> dict[str, str]:
    return {name.decode(): headers[name].decode("latin-1") for name in CONTEXT_HEADERS if name in headers}
