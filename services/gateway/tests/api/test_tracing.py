"""Traces: what a collector gets over OTLP/HTTP, and what it never gets."""

import gzip
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import openai
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from api.backend import Backend
from api.process import KEY, GatewayProcess, running_gateway
from headway_gateway.tracing import traces_url

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
CANARY = "canary-2c71"


class Collector(ThreadingHTTPServer):
    """Keeps what it is sent."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.paths: set[str] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def spans(self) -> list[Span]:
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        scopes = [scope for each in requests for resource in each.resource_spans for scope in resource.scope_spans]
        return [span for scope in scopes for span in scope.spans]


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        packed = self.headers.get("content-encoding") == "gzip"
        self.server.bodies.append(gzip.decompress(body) if packed else body)
        self.server.paths.add(self.path)
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


def ask(gateway: GatewayProcess, text: str, **more: Any) -> None:
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=KEY, max_retries=0) as client:
        messages: Any = [{"role": "system", "content": CANARY}, {"role": "user", "content": text}]
        answer = client.chat.completions.create(model="tiny", messages=messages, **more)
        if more.get("stream"):
            list(answer)


@pytest.fixture(scope="module")
def traced(backend: Backend, collector: Collector, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Span]:
    """Spans of one gateway's life, by the trace of their caller; it has ended by then, and sent everything."""
    endpoint = f"http://127.0.0.1:{collector.server_address[1]}"
    calls: dict[str, tuple[str, dict[str, Any]]] = {
        "whole": ("say 4", {"max_tokens": 9}),
        "stream": ("say 5", {"stream": True, "stream_options": {"include_usage": True}}),
        "failed": ("status 500", {}),
        "refused": ("status 422", {}),
    }
    folder = tmp_path_factory.mktemp("traced")
    with running_gateway(folder, backend.port, otlp_endpoint=endpoint) as gateway:
        for number, (text, more) in enumerate(calls.values()):
            context = f"00-{TRACE[:-1]}{number}-{PARENT}-01"
            try:
                ask(gateway, text, extra_headers={"traceparent": context, "tracestate": "a=1"}, **more)
            except openai.APIStatusError:
                assert text.startswith("status")
        assert gateway.stop() == 0
    by_trace = {span.trace_id.hex(): span for span in collector.spans()}
    return {name: by_trace[f"{TRACE[:-1]}{number}"] for number, name in enumerate(calls)}


def attributes(span: Span) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        kind = value.WhichOneof("value")
        return [plain(each) for each in value.array_value.values] if kind == "array_value" else getattr(value, kind)

    return {each.key: plain(each.value) for each in span.attributes}


def test_a_call_is_a_span_of_its_callers_trace_with_the_genai_names(
    traced: dict[str, Span], backend: Backend, collector: Collector
) -> None:
    span = traced["whole"]
    assert (span.name, span.kind, span.parent_span_id.hex()) == ("chat tiny", Span.SPAN_KIND_CLIENT, PARENT)
    told = attributes(span)
    assert told.pop("gen_ai.response.time_to_first_chunk") > 0
    assert len(told.pop("headway.request_id")) == 32
    assert told == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "headway",
        "gen_ai.request.model": "tiny",
        "gen_ai.request.max_tokens": 9,
        "gen_ai.request.stream": False,
        "gen_ai.usage.input_tokens": 7,
        "gen_ai.usage.output_tokens": 4,
        "gen_ai.response.finish_reasons": ["stop"],
        "server.address": "127.0.0.1",
        "server.port": backend.port,
        "http.response.status_code": 200,
    }
    assert collector.paths == {"/v1/traces"}


def test_the_model_server_gets_the_spans_place_in_the_trace(traced: dict[str, Span], backend: Backend) -> None:
    span = traced["stream"]
    sent = {asked.headers.get("traceparent"): asked for asked in backend.asked}
    asked = sent[f"00-{span.trace_id.hex()}-{span.span_id.hex()}-01"]
    assert asked.headers["tracestate"] == "a=1"


def test_a_streams_tokens_are_told(traced: dict[str, Span]) -> None:
    told = attributes(traced["stream"])
    assert told["gen_ai.usage.output_tokens"] == 5
    assert told["gen_ai.request.stream"] is True


@pytest.mark.parametrize(("name", "error"), [("failed", "upstream_failed"), ("refused", "422")])
def test_a_call_that_failed_says_with_which_code(traced: dict[str, Span], name: str, error: str) -> None:
    assert attributes(traced[name])["error.type"] == error
    assert traced[name].status.code == 2


def test_neither_prompts_nor_answers_nor_keys_are_traced(traced: dict[str, Span], collector: Collector) -> None:
    assert traced
    sent = b"".join(collector.bodies)
    for secret in (CANARY, KEY, "w0 w1", "canary"):
        assert secret.encode() not in sent


def test_without_a_collector_neither_sdk_nor_exporter_is_imported() -> None:
    code = "import sys, headway_gateway.cli, headway_gateway.worker; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert not [
        name for name in modules.stdout.split() if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter"))
    ]


@pytest.mark.parametrize("endpoint", ["http://c:4318", "http://c:4318/", "http://c:4318/v1/traces"])
def test_the_setting_names_the_collector_or_its_path(endpoint: str) -> None:
    assert traces_url(endpoint) == "http://c:4318/v1/traces"
