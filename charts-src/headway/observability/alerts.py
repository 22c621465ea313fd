"""Alerts as data: each names what is wrong in the cluster, for how long, and the page that says what to do."""

from collections.abc import Sequence
from dataclasses import dataclass

from headway.observability.panels import percentile
from headway.observability.watched import Watched
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


GATEWAY_JOB = "gateway-admin"
"""Its job in Prometheus: the Service that is scraped."""
BROKEN_SHARE = 0.01
"""Of all answers, that a deployment may break off before somebody is woken."""


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
        *_of_gateway(scrape_interval_seconds),
        *(alert for deployment in watched for alert in _of(deployment)),
    ]


def _of_gateway(scrape_interval_seconds: int) -> list[Alert]:
    unstored = 'sum(rate(headway_gateway_surveys_total{outcome="failed"}[5m]))'
    unkept = 'sum(rate(headway_gateway_questions_total{outcome=~"failed|dropped"}[5m]))'
    return [
        Alert(
            "GatewayDown",
            f'absent(up{{job="{GATEWAY_JOB}"}} == 1)',
            max(60, 6 * scrape_interval_seconds),
            "page",
            "No gateway answers: no request is served, and no sleeping deployment wakes",
        ),
        Alert(
            "SurveyAnswersNotStored",
            f"{unstored} > 0",
            120,
            "page",
            "The object store does not take survey answers: clients are told to try again",
        ),
        Alert(
            "QuestionsNotKept",
            f"{unkept} > 0",
            900,
            "ticket",
            "Questions are missing from the log",
        ),
    ]


def _of(deployment: Watched) -> list[Alert]:
    target = f'scaledObject="{deployment.name}"'
    model = f'model="{deployment.served_name}"'
    waiting = total("waiting", deployment.engine, deployment.served_name, deployment.name)
    hpa = f'horizontalpodautoscaler="{deployment.autoscaler}",namespace="{deployment.namespace}"'
    ttft = percentile(deployment.percentile / 100, "headway_gateway_ttft_seconds", model)
    broken = f"sum(rate(headway_gateway_broken_streams_total{{{model}}}[5m]))"
    answered = f"sum(rate(headway_gateway_requests_total{{{model}}}[5m]))"
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
        Alert(
            "RequestsHeldTooLong",
            f"sum(headway_gateway_requests_held{{{model}}}) > 0",
            int(1.5 * deployment.cold_start_seconds),
            "page",
            f"Requests for {deployment.name} wait for a replica for longer than it takes to start one",
        ),
        Alert(
            "BrokenStreams",
            f"{broken} / {answered} > {BROKEN_SHARE:g}",
            300,
            "page",
            f"Model servers of {deployment.name} break answers off after their first byte",
        ),
    ]
