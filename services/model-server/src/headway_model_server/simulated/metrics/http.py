"""The `http_` families that vLLM has from prometheus-fastapi-instrumentator, and the ASGI layer that feeds them."""

import time

from prometheus_client import CollectorRegistry, Counter, Histogram, Summary
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NOT_COUNTED = frozenset({"/metrics", "/health", "/load", "/ping", "/version", "/server_info"})
"""Paths that vLLM excludes."""
FINE = (
    0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 7.5, 10, 30, 60,
)  # fmt: skip
COARSE = (0.1, 0.5, 1)


class HttpMetrics:
    """Counts requests. Paths that do not exist are counted together as `none`: labels stay bounded."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.paths: frozenset[str] = frozenset()
        """Paths that exist."""
        self._requests = Counter(
            "http_requests_total", "Total number of requests by method, status and handler.",
            ("method", "status", "handler"), registry=registry,
        )  # fmt: skip
        self._request_size = Summary(
            "http_request_size_bytes", "Content length of incoming requests by handler. Only value of header is"
            " respected. Otherwise ignored. No percentile calculated. ", ("handler",), registry=registry,
        )  # fmt: skip
        self._response_size = Summary(
            "http_response_size_bytes", "Content length of outgoing responses by handler. Only value of header is"
            " respected. Otherwise ignored. No percentile calculated. ", ("handler",), registry=registry,
        )  # fmt: skip
        self._fine = Histogram(
            "http_request_duration_highr_seconds", "Latency with many buckets but no API specific labels. Made for more"
            " accurate percentile calculations. ", buckets=FINE, registry=registry,
        )  # fmt: skip
        self._coarse = Histogram(
            "http_request_duration_seconds", "Latency with only few buckets by handler. Made to be only used if"
            " aggregation by handler is important. ", ("method", "handler"), buckets=COARSE, registry=registry,
        )  # fmt: skip

    def count(self, method: str, path: str, status: int, seconds: float, sizes: tuple[int, int]) -> None:
        """One answered request; `sizes` are the content lengths of both headers."""
        handler = path if path in self.paths else "none"
        self._requests.labels(method, f"{status // 100}xx", handler).inc()
        self._request_size.labels(handler).observe(sizes[0])
        self._response_size.labels(handler).observe(sizes[1])
        self._fine.observe(seconds)
        self._coarse.labels(method, handler).observe(seconds)


class CountRequests:
    """ASGI layer that counts every request when its answer has begun, as the instrumentator does."""

    def __init__(self, app: ASGIApp, metrics: HttpMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in NOT_COUNTED:
            await self._app(scope, receive, send)
            return
        began, answer = time.perf_counter(), {"status": 500, "size": 0}

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer["status"] = message["status"]
                answer["size"] = _content_length(message.get("headers", ()))
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            sizes = (_content_length(scope["headers"]), answer["size"])
            seconds = time.perf_counter() - began
            self._metrics.count(scope["method"], scope["path"], answer["status"], seconds, sizes)


def _content_length(headers: "list[tuple[bytes, bytes]]") -> int:
    text = next((value for name, value in headers if name == b"content-length"), b"0")
    return int(text) if text.isdigit() else 0
