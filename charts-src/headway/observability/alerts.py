"""Alerts as data: each names what is wrong in the cluster, for how long, and the page that says what to do."""

from collections.abc import Sequence
from dataclasses import dataclass

from headway.domain.engine import EngineContract
from headway.scaling import total

RUNBOOKS = "docs/runbooks"


@dataclass(frozen=True)
class Alert:
    """One alerting rule."""

    name: str
    expression: str
    for_seconds: int
    severity: str
    """`page` wakes somebody, `ticket` waits for the morning."""
    summary: str

    @property
    def runbook(self) -> str:
        """Page of the repository that says what to do."""
        return f"{RUNBOOKS}/{self.name}.md"


@dataclass(frozen=True)
class Watched:
    """A model deployment as alerts see it."""

    name: str
    namespace: str
    served_name: str
    engine: EngineContract
    max_replicas: int
    cold_start_seconds: int
    ttft_seconds: float
    percentile: int


def alerts(watched: Sequence[Watched], scrape_interval_seconds: int) -> list[Alert]:
    """Every alert of an environment; waits are multiples of the scrape interval or of the predicted cold start."""
    return [
        Alert(
            "MetricsCollectorDown",
            'absent(up{job=~".*metrics-collector.*"} == 1)',
            max(60, 6 * scrape_interval_seconds),
            "page",
            "Nobody scrapes the model servers: scaling runs on its fallback",
        ),
        *(alert for deployment in watched for alert in _of(deployment)),
    ]


def _of(deployment: Watched) -> list[Alert]:
    target = f'scaledObject="{deployment.name}"'
    model = f'model="{deployment.served_name}"'
    waiting = total("waiting", deployment.engine, deployment.served_name, deployment.name)
    hpa = f'horizontalpodautoscaler="keda-hpa-{deployment.name}",namespace="{deployment.namespace}"'
    share = deployment.percentile / 100
    ttft = f"histogram_quantile({share:g}, sum by (le) (rate(headway_gateway_ttft_seconds_bucket{{{model}}}[5m])))"
    return [
        Alert(
            "ScalerError",
            f"sum(rate(keda_scaler_detail_errors_total{{{target}}}[2m])) > 0",
            60,
            "page",
            f"KEDA cannot read the metrics of {deployment.name}: replicas no longer follow the load",
        ),
        Alert(
            "DeploymentAtMaximum",
            f"kube_horizontalpodautoscaler_status_current_replicas{{{hpa}}} >= {deployment.max_replicas}"
            f" and on() {waiting} > 0",
            2 * deployment.cold_start_seconds,
            "ticket",
            f"{deployment.name} runs all {deployment.max_replicas} replicas and still queues",
        ),
        Alert(
            "TimeToFirstTokenHigh",
            f"{ttft} > {deployment.ttft_seconds:g}",
            max(300, 2 * deployment.cold_start_seconds),
            "page",
            f"p{deployment.percentile} TTFT of {deployment.name} is above its objective of {deployment.ttft_seconds:g} s",
        ),
    ]
