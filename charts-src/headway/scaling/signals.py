"""Where a law's metrics come from: series, and the query that asks for one deployment's total.

Engines' series have the names of their contracts, with their colon where they have one: the underscore form exists only
behind a renaming processor (trap S5).
"""

from headway.domain.engine import EngineContract

GATEWAY_HELD = "headway_gateway_requests_held"
GATEWAY_IN_FLIGHT = "headway_gateway_requests_in_flight"
GATEWAY_SERIES = {"held": GATEWAY_HELD, "inflight": GATEWAY_IN_FLIGHT}
ENGINE_METRICS = ("running", "waiting")
DEPLOYMENT_LABEL = "headway_deployment"
"""Label that the collector adds to series of engines that do not say which model they serve."""


def series(metric: str, engine: EngineContract) -> str:
    """The series behind a law's metric. Raises `KeyError` for a metric that nothing exports."""
    if metric in GATEWAY_SERIES:
        return GATEWAY_SERIES[metric]
    if metric not in ENGINE_METRICS:
        raise KeyError(metric)
    return engine.metrics.running if metric == "running" else engine.metrics.waiting


def selector(metric: str, engine: EngineContract, served_name: str, deployment: str) -> tuple[str, str]:
    """Label and value that pick one deployment's samples of a metric; `deployment` is its rendered name."""
    if metric in GATEWAY_SERIES:
        return "model", served_name
    label = engine.metrics.model_label
    return (label, served_name) if label else (DEPLOYMENT_LABEL, deployment)


def total(metric: str, engine: EngineContract, served_name: str, deployment: str) -> str:
    """PromQL for the sum over all pods of a deployment."""
    label, value = selector(metric, engine, served_name, deployment)
    return f'sum({series(metric, engine)}{{{label}="{value}"}})'


def promql(metric: str, engine: EngineContract, served_name: str, deployment: str, may_sleep: bool) -> str:
    """The total over all pods, as `AverageValue` wants it.

    An empty answer is an error to KEDA, which falls back. For a deployment that may sleep, engine series are rightly
    absent at zero pods: there the answer is 0 as long as the gateway is scraped, and empty when it is not.
    """
    asked = total(metric, engine, served_name, deployment)
    if may_sleep and metric not in GATEWAY_SERIES:
        return f'{asked} or on() (0 * sum({GATEWAY_HELD}{{model="{served_name}"}}))'
    return asked


def otel_query(metric: str, engine: EngineContract, served_name: str, deployment: str) -> str:
    """The same total in the otel-add-on's grammar: one metric, equality only, no arithmetic (trap S11)."""
    label, value = selector(metric, engine, served_name, deployment)
    return f"sum({series(metric, engine)}{{{label}={value}}})"
