"""Every metric that the launcher adds to the engine's own, in one place.

They are written with prometheus-client, as the engine's are, into the registry that its `/metrics` prints; with several
server processes they add up like the engine's. `vllm_…` are the names of the first dashboards for this server; they do not
clash with vLLM's, which have a colon.
"""

from collections.abc import Mapping

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

LATENCY_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 8, 15, 30, 60, 120, 300, 600)
STATUSES = ("success", "error", "aborted")
"""Answered whole; answered with an error or cut; left by the client."""
TOKENS = "vllm_tokens_generated_total"
"""Printed by `exposition`, from the engine's own counter."""
TOKENS_HELP = "Tokens generated, as the engine counted them."


class Metrics:
    """The metrics of one server process."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self.requests = Counter(
            "vllm_requests_total",
            "Requests for tokens that ended, by status: success, error, aborted (the client left first).",
            ["status"],
            registry=registry,
        )
        self.latency = Histogram(
            "vllm_request_latency_seconds",
            "From a request's arrival to the last byte of its answer; only those answered whole.",
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )
        self.active = Gauge(
            "vllm_active_requests",
            "Requests for tokens in work.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.model_loaded = Gauge(
            "vllm_model_loaded",
            "1 once the model made a first token, else 0.",
            registry=registry,
            multiprocess_mode="livemin",
        )
        self.in_work = Gauge(
            "headway_model_server_requests_in_work",
            "Requests in work that a drain waits for, those for tokens and others.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.draining = Gauge(
            "headway_model_server_draining",
            "1 from SIGTERM on, else 0.",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.refused = Counter(
            "headway_model_server_requests_refused_total",
            "Requests answered 503 because the server was draining.",
            registry=registry,
        )
        self.cut = Counter(
            "headway_model_server_requests_cut_total",
            "Requests ended with an error because the drain's time was over.",
            registry=registry,
        )
        self.cold_start = Gauge(
            "headway_model_server_cold_start_seconds",
            "Phases of this start: load; warm, of which compile and capture are parts; first_token; ready is the whole, "
            "from the process to the first token.",
            ["phase"],
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.artifacts = Gauge(
            "headway_model_server_compile_cache_artifacts",
            "Compiled artifacts of this start: hit came from the compile cache, miss had to be compiled.",
            ["result"],
            registry=registry,
            multiprocess_mode="livemax",
        )
        for status in STATUSES:
            self.requests.labels(status)
        for gauge in (self.active, self.model_loaded, self.in_work, self.draining):
            gauge.set(0)
        self.show_cold_start({}, {"hit": 0, "miss": 0})

    def show_cold_start(self, seconds: Mapping[str, float], artifacts: Mapping[str, int]) -> None:
        """Takes over what the launcher read from the engine's log."""
        for phase, took in seconds.items():
            self.cold_start.labels(phase).set(took)
        for result, count in artifacts.items():
            self.artifacts.labels(result).set(count)
