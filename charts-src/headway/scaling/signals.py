"""Where a law's metrics come from: series, and the query that asks for one deployment's total.

Names are those that the engines export (recorded from vLLM 0.32.0; SGLang 0.5.23's wheel), with their colon: the
underscore form exists only behind a renaming processor (trap S5).
"""

from headway.domain.runtime_image import Engine

GATEWAY_HELD = "headway_gateway_requests_held"
GATEWAY_IN_FLIGHT = "headway_gateway_requests_in_flight"

ENGINE_SERIES: dict[Engine, dict[str, str]] = {
    "vllm": {"running": "vllm:num_requests_running", "waiting": "vllm:num_requests_waiting"},
    "sglang": {"running": "sglang:num_running_reqs", "waiting": "sglang:num_queue_reqs"},
}
GATEWAY_SERIES = {"held": GATEWAY_HELD, "inflight": GATEWAY_IN_FLIGHT}


def series(metric: str, engine: Engine) -> str:
    """The series behind a law's metric. Raises `KeyError` for a metric that nothing exports."""
    return GATEWAY_SERIES[metric] if metric in GATEWAY_SERIES else ENGINE_SERIES[engine][metric]


def label(metric: str) -> str:
    """The label that carries the model's served name on that series."""
    return "model" if metric in GATEWAY_SERIES else "model_name"


def promql(metric: str, engine: Engine, served_name: str, may_sleep: bool) -> str:
    """The total over all pods, as `AverageValue` wants it.

    An empty answer is an error to KEDA, which falls back. For a deployment that may sleep, engine series are rightly
    absent at zero pods: there the answer is 0 as long as the gateway is scraped, and empty when it is not.
    """
    total = f'sum({series(metric, engine)}{{{label(metric)}="{served_name}"}})'
    if may_sleep and metric not in GATEWAY_SERIES:
        return f'{total} or on() (0 * sum({GATEWAY_HELD}{{model="{served_name}"}}))'
    return total


def otel_query(metric: str, engine: Engine, served_name: str) -> str:
    """The same total in the otel-add-on's grammar: one metric, equality only, no arithmetic (trap S11)."""
    return f"sum({series(metric, engine)}{{{label(metric)}={served_name}}})"
