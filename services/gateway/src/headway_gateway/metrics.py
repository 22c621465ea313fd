"""Every metric of the gateway, in one place; scalers, rules and dashboards are tested against these names.

Labels are bounded: `model` takes only configured names, `client` never appears, `code` is from `errors`.
"""

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 8, 15, 30, 60, 120, 300, 600)


class Metrics:
    """The metrics of one process, in a registry of its own."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry if registry is not None else CollectorRegistry()
        self.held = Gauge(
            "headway_gateway_requests_held",
            "Requests waiting for a replica to become ready.",
            ["model"],
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self.in_flight = Gauge(
            "headway_gateway_requests_in_flight",
            "Requests admitted and not yet answered in full, held ones included.",
            ["model"],
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self.requests = Counter(
            "headway_gateway_requests_total",
            "Requests answered, by HTTP status; 499 where the client left first.",
            ["model", "status"],
            registry=self.registry,
        )
        self.ttft = Histogram(
            "headway_gateway_ttft_seconds",
            "Time to first token: from the request's arrival to the first byte of the answer's body.",
            ["model"],
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.duration = Histogram(
            "headway_gateway_request_duration_seconds",
            "From the request's arrival to the last byte of the answer.",
            ["model"],
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.output_events = Counter(
            "headway_gateway_output_events_total",
            "Streamed events passed on, about one a token.",
            ["model"],
            registry=self.registry,
        )
        self.tokens = Counter(
            "headway_gateway_tokens_total",
            "Tokens as the model server counted them in `usage`; kind is prompt or completion. Of an answer without "
            "`usage` the gateway's estimate: a token for every four characters of the prompt, and for each event.",
            ["model", "kind"],
            registry=self.registry,
        )
        self.errors = Counter(
            "headway_gateway_errors_total",
            "Errors the gateway itself answered with, by code; also those inside a stream that had begun.",
            ["model", "code"],
            registry=self.registry,
        )
        self.broken_streams = Counter(
            "headway_gateway_broken_streams_total",
            "Answers that a model server broke off after their first byte.",
            ["model"],
            registry=self.registry,
        )
        self.retries = Counter(
            "headway_gateway_retries_total",
            "Further attempts at other replicas before the first byte: one for each replica.",
            ["model"],
            registry=self.registry,
        )
        self.ready_replicas = Gauge(
            "headway_gateway_ready_replicas",
            "Replicas that requests are sent to; ejected ones do not count.",
            ["model"],
            registry=self.registry,
            multiprocess_mode="livemax",
        )
        self.ejections = Counter(
            "headway_gateway_ejections_total",
            "Replicas left alone after failures in a row.",
            ["model"],
            registry=self.registry,
        )
        self.connections = Gauge(
            "headway_gateway_client_connections",
            "Open client connections.",
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self.surveys = Counter(
            "headway_gateway_surveys_total",
            "Survey answers, by outcome: stored, repeated, conflict, refused, failed.",
            ["outcome"],
            registry=self.registry,
        )
        self.questions = Counter(
            "headway_gateway_questions_total",
            "Questions for the log, by outcome: stored, dropped, failed.",
            ["outcome"],
            registry=self.registry,
        )
        self.storage = Histogram(
            "headway_gateway_storage_seconds",
            "One call of the object store, by operation: put, get, list.",
            ["operation"],
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5),
            registry=self.registry,
        )
        self._models: dict[str, ModelMetrics] = {}

    def of(self, model: str) -> "ModelMetrics":
        """The metrics of one model, with their labels resolved once; from here on they are exported, at zero."""
        known = self._models.get(model)
        if known is None:
            known = self._models[model] = ModelMetrics(
                held=self.held.labels(model),
                in_flight=self.in_flight.labels(model),
                ready_replicas=self.ready_replicas.labels(model),
                ttft=self.ttft.labels(model),
                duration=self.duration.labels(model),
                output_events=self.output_events.labels(model),
                prompt_tokens=self.tokens.labels(model, "prompt"),
                completion_tokens=self.tokens.labels(model, "completion"),
                broken_streams=self.broken_streams.labels(model),
                retries=self.retries.labels(model),
                ejections=self.ejections.labels(model),
                _requests=self.requests,
                _errors=self.errors,
                _model=model,
            )
        return known


@dataclass(slots=True, eq=False)
class ModelMetrics:
    """One model's share of the metrics."""

    held: Gauge
    in_flight: Gauge
    ready_replicas: Gauge
    ttft: Histogram
    duration: Histogram
    output_events: Counter
    prompt_tokens: Counter
    completion_tokens: Counter
    broken_streams: Counter
    retries: Counter
    ejections: Counter
    _requests: Counter
    _errors: Counter
    _model: str
    _by_status: dict[int, Counter] = field(default_factory=dict)

    def answered(self, status: int) -> None:
        """One more answer of this status."""
        counter = self._by_status.get(status)
        if counter is None:
            counter = self._by_status[status] = self._requests.labels(self._model, str(status))
        counter.inc()

    def failed(self, code: str) -> None:
        """One more error of the gateway's own."""
        self._errors.labels(self._model, code).inc()
