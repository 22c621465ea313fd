"""The gateway's dashboard: what clients ask, how long they wait, what goes wrong."""

from collections.abc import Sequence

from headway.observability.panels import Dashboard, Panel, Query, Row, percentile, rate
from headway.observability.watched import Watched


def gateway_dashboard(watched: Sequence[Watched]) -> Dashboard:
    """One function a row."""
    rows = (_traffic(), _first_token(watched), _waiting(), _faults(), _kept())
    return Dashboard("headway-gateway", "Headway: gateway", rows)


def _traffic() -> Row:
    return Row(
        "Traffic",
        (
            Panel(
                "Requests",
                "Requests answered each second.",
                (Query(rate("headway_gateway_requests_total", "model"), "{{model}}"),),
                unit="reqps",
                stacked=True,
            ),
            Panel(
                "Answers by status",
                "499: the client left first; 429: its own limit; 503: no replica, or a bound of the gateway.",
                (Query(rate("headway_gateway_requests_total", "status"), "{{status}}"),),
                unit="reqps",
                stacked=True,
            ),
            Panel(
                "Tokens",
                "Tokens each second as model servers count them; estimated where a stream carries no `usage`.",
                (Query(rate("headway_gateway_tokens_total", "model, kind"), "{{model}} {{kind}}"),),
                unit="ops",
            ),
        ),
    )


def _first_token(watched: Sequence[Watched]) -> Row:
    return Row("Time to first token, and its objective", tuple(first_token(deployment) for deployment in watched))


def first_token(deployment: Watched) -> Panel:
    """Median and the promised percentile as the gateway sees them, with the objective as a line."""
    series, labels = "headway_gateway_ttft_seconds", f'model="{deployment.served_name}"'
    promised = deployment.percentile
    return Panel(
        f"TTFT of {deployment.name}",
        f"The promise is p{promised} below {deployment.ttft_seconds:g} s.",
        (
            Query(percentile(0.5, series, labels), "p50"),
            Query(percentile(promised / 100, series, labels), f"p{promised}"),
        ),
        unit="s",
        limit=deployment.ttft_seconds,
    )


def _waiting() -> Row:
    return Row(
        "Work in hand",
        (
            Panel(
                "In flight",
                "Requests admitted and not yet answered in full, held ones included.",
                (Query("sum by (model) (headway_gateway_requests_in_flight)", "{{model}}"),),
                stacked=True,
            ),
            Panel(
                "Held",
                "Requests waiting for a replica to become ready. They wake a sleeping deployment; they should not stay.",
                (Query("sum by (model) (headway_gateway_requests_held)", "{{model}}"),),
                stacked=True,
            ),
            Panel(
                "Ready replicas",
                "Replicas that requests are sent to; ejected ones do not count.",
                (Query("max by (model) (headway_gateway_ready_replicas)", "{{model}}"),),
            ),
        ),
    )


def _faults() -> Row:
    return Row(
        "What goes wrong",
        (
            Panel(
                "Errors by code",
                "Errors the gateway itself answered with, also those inside a stream that had begun.",
                (Query(rate("headway_gateway_errors_total", "code"), "{{code}}"),),
                unit="ops",
            ),
            Panel(
                "Broken streams",
                "Answers that a model server broke off after their first byte.",
                (Query(rate("headway_gateway_broken_streams_total", "model"), "{{model}}"),),
                unit="ops",
            ),
            Panel(
                "Retries and ejections",
                "Further attempts at other replicas, and replicas left alone after failures in a row.",
                (
                    Query(rate("headway_gateway_retries_total", "model"), "retries {{model}}"),
                    Query(rate("headway_gateway_ejections_total", "model"), "ejections {{model}}"),
                ),
                unit="ops",
            ),
        ),
    )


def _kept() -> Row:
    return Row(
        "What is kept",
        (
            Panel(
                "Survey answers",
                "Stored and repeated are well; failed means that clients were told to try again.",
                (Query(rate("headway_gateway_surveys_total", "outcome"), "{{outcome}}"),),
                unit="ops",
                stacked=True,
            ),
            Panel(
                "Questions",
                "Questions for the log; dropped ones found its queue full.",
                (Query(rate("headway_gateway_questions_total", "outcome"), "{{outcome}}"),),
                unit="ops",
                stacked=True,
            ),
            Panel(
                "Object store, p95",
                "One call of the store.",
                (Query(percentile(0.95, "headway_gateway_storage_seconds", by="operation"), "{{operation}}"),),
                unit="s",
            ),
        ),
    )
