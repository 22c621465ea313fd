"""The model deployments' dashboard: one row a deployment, with the names that its own engine exports."""

from collections.abc import Sequence

from headway.observability.gateway_dashboard import first_token
from headway.observability.panels import Dashboard, Panel, Query, Row
from headway.observability.watched import Watched
from headway.scaling import selector, total


def model_dashboard(watched: Sequence[Watched]) -> Dashboard:
    """One row a deployment."""
    return Dashboard("headway-models", "Headway: model deployments", tuple(_row(deployment) for deployment in watched))


def _row(deployment: Watched) -> Row:
    panels = [_load(deployment), _replicas(deployment), first_token(deployment)]
    if deployment.engine.metrics.kv_usage:
        panels.insert(1, _kv_cache(deployment, deployment.engine.metrics.kv_usage))
    if deployment.by_keda:
        panels.append(_scaler(deployment))
    if deployment.engine.launcher:
        panels.append(_cold_start(deployment))
    return Row(deployment.name, tuple(panels))


def _load(deployment: Watched) -> Panel:
    def asked(metric: str) -> str:
        return total(metric, deployment.engine, deployment.served_name, deployment.name)

    return Panel(
        "Running and waiting",
        "Requests inside the engines of all replicas; waiting ones are what the scaler adds replicas for.",
        (Query(asked("running"), "running"), Query(asked("waiting"), "waiting")),
    )


def _kv_cache(deployment: Watched, series: str) -> Panel:
    label, value = selector("running", deployment.engine, deployment.served_name, deployment.name)
    selected = f'{series}{{{label}="{value}"}}'
    return Panel(
        "KV cache in use",
        "At 100 % the engine preempts: answers begin again and everybody waits longer.",
        (Query(f"max({selected})", "fullest replica"), Query(f"avg({selected})", "mean")),
        unit="percentunit",
        limit=1,
    )


def _replicas(deployment: Watched) -> Panel:
    hpa = f'horizontalpodautoscaler="{deployment.autoscaler}",namespace="{deployment.namespace}"'
    return Panel(
        "Replicas",
        "Wanted, there, and ready for requests; the line is the most it may have.",
        (
            Query(f"max(kube_horizontalpodautoscaler_status_desired_replicas{{{hpa}}})", "wanted"),
            Query(f"max(kube_horizontalpodautoscaler_status_current_replicas{{{hpa}}})", "there"),
            Query(f'max(headway_gateway_ready_replicas{{model="{deployment.served_name}"}})', "ready"),
        ),
        limit=deployment.max_replicas,
    )


def _scaler(deployment: Watched) -> Panel:
    target = f'scaledObject="{deployment.name}"'
    return Panel(
        "What the scaler reads",
        "Values of its triggers; errors mean that it runs on its fallback.",
        (
            Query(f"max by (metric) (keda_scaler_metrics_value{{{target}}})", "{{metric}}"),
            Query(f"sum(rate(keda_scaler_detail_errors_total{{{target}}}[5m]))", "errors a second"),
        ),
    )


def _cold_start(deployment: Watched) -> Panel:
    pods = f'pod=~"{deployment.name}-[a-z0-9]+(-[a-z0-9]+)?"'
    return Panel(
        "Cold start by phase",
        f"Of the slowest replica that runs; predicted is {deployment.cold_start_seconds} s at worst, its node included.",
        (Query(f"max by (phase) (headway_model_server_cold_start_seconds{{{pods}}})", "{{phase}}"),),
        unit="s",
        limit=deployment.cold_start_seconds,
    )
