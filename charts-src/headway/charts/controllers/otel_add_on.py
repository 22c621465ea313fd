"""Kedify's otel-add-on: engine metrics in memory, which KEDA asks as an external scaler.

Its store is lost with its pod and a series that goes stale reads 0 (trap S7), so a missing metric is an error here.
"""

from datetime import date

from headway.charts.controllers.container_resources import ContainerResources
from headway.charts.controllers.controller import Chart, Controller, Values
from headway.charts.controllers.needs import with_otel_scaler
from headway.charts.controllers.spelled_alike import Switch
from headway.domain.environment import EnvironmentSpec

VERSION = "v0.1.4"
SERVICE = "keda-otel-scaler"
"""Service that `QueueScaler` and the collector name: 4317 is its OTLP receiver, 4318 KEDA's scaler."""


class MetricStore(Values):
    """The short-term store."""

    retention_seconds: int
    err_if_not_found: bool


class Settings(Values):
    """The add-on's own settings."""

    metric_store: MetricStore


class SeccompProfile(Values):
    """System calls allowed."""

    type: str


class PodSecurityContext(Values):
    """What the namespace's `restricted` level asks of the pod."""

    run_as_non_root: bool
    seccomp_profile: SeccompProfile


class Capabilities(Values):
    """Linux capabilities."""

    drop: tuple[str, ...]


class SecurityContext(Values):
    """What it asks of the container."""

    allow_privilege_escalation: bool
    capabilities: Capabilities
    read_only_root_filesystem: bool
    run_as_non_root: bool
    run_as_user: int


class OtelAddOnValues(Values):
    """Values of kedify/otel-add-on."""

    replica_count: int
    fullname_override: str
    settings: Settings
    otel_operator: Switch
    otel_collector: Switch
    pod_security_context: PodSecurityContext
    security_context: SecurityContext
    resources: ContainerResources
    ascii_art: bool


def values(_spec: EnvironmentSpec) -> OtelAddOnValues:
    """The scaler alone: Headway renders its own collector. One replica, because two would each hold half the series."""
    return OtelAddOnValues(
        replica_count=1,
        fullname_override=SERVICE,
        settings=Settings(metric_store=MetricStore(retention_seconds=120, err_if_not_found=True)),
        otel_operator=Switch(enabled=False),
        otel_collector=Switch(enabled=False),
        pod_security_context=PodSecurityContext(
            run_as_non_root=True, seccomp_profile=SeccompProfile(type="RuntimeDefault")
        ),
        security_context=SecurityContext(
            allow_privilege_escalation=False,
            capabilities=Capabilities(drop=("ALL",)),
            read_only_root_filesystem=True,
            run_as_non_root=True,
            run_as_user=1000,
        ),
        resources=ContainerResources.of("500m", "256Mi", "512Mi"),
        ascii_art=False,
    )


OTEL_ADD_ON = Controller(
    name="otel-add-on",
    title="Kedify otel-add-on",
    version=VERSION,
    delivery="chart",
    chart=Chart(repository="ghcr.io/kedify/charts", name="otel-add-on", version=VERSION),
    namespace="keda",
    source="github.com/kedify/otel-add-on/releases/tag/v0.1.4 (states no Kubernetes range)",
    as_of=date(2026, 6, 12),
    wave=-20,
    pod_security="restricted",
    needed=with_otel_scaler,
    values=values,
    module=__name__,
)
