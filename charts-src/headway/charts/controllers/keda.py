"""KEDA: turns the scaling law into an HPA, and wakes from zero.

Its webhook is what refuses a formula that cannot run (traps S1, S2), so here it fails closed, unlike the chart's default,
and runs twice so that its own outage does not stop the next sync (traps G12, N18).
"""

from datetime import date
from typing import Generic, TypeVar

from headway.charts.controllers.cluster_kinds import API_SERVICE, CRD, ROLES, VALIDATING
from headway.charts.controllers.container_resources import ContainerResources
from headway.charts.controllers.controller import Chart, Controller, Values
from headway.charts.controllers.needs import with_upstream_keda
from headway.charts.controllers.spelled_alike import Switch
from headway.domain.environment import EnvironmentSpec

VERSION = "2.20.2"
Stated = TypeVar("Stated", bound=Values)


class Replicas(Values):
    """A component's replicas."""

    replica_count: int


class Webhooks(Replicas):
    """The admission webhooks."""

    failure_policy: str


class ByComponent(Values, Generic[Stated]):
    """Something stated for each component."""

    operator: Stated
    metric_server: Stated
    webhooks: Stated


class DisruptionBudget(Values):
    """How many pods may leave at once."""

    max_unavailable: int


class Metrics(Values):
    """A component's metrics."""

    enabled: bool
    service_monitor: Switch


class Restrict(Values):
    """Limits on what is read."""

    secret: bool


class Permissions(Values):
    """Rights of a component."""

    restrict: Restrict


class RestrictedPermissions(Values):
    """Rights of the two that could read Secrets everywhere."""

    operator: Permissions
    metric_server: Permissions


class KedaValues(Values):
    """Values of kedacore/keda."""

    operator: Replicas
    metrics_server: Replicas
    webhooks: Webhooks
    pod_disruption_budget: ByComponent[DisruptionBudget]
    prometheus: ByComponent[Metrics]
    permissions: RestrictedPermissions
    resources: ByComponent[ContainerResources]
    priority_class_name: str
    ascii_art: bool


def values(_spec: EnvironmentSpec) -> KedaValues:
    """Two of each component, metrics on, Secrets of KEDA's own namespace only."""
    budget = DisruptionBudget(max_unavailable=1)
    metrics = Metrics(enabled=True, service_monitor=Switch(enabled=True))
    own_secrets = Permissions(restrict=Restrict(secret=True))
    return KedaValues(
        operator=Replicas(replica_count=2),
        metrics_server=Replicas(replica_count=2),
        webhooks=Webhooks(replica_count=2, failure_policy="Fail"),
        pod_disruption_budget=ByComponent(operator=budget, metric_server=budget, webhooks=budget),
        prometheus=ByComponent(operator=metrics, metric_server=metrics, webhooks=metrics),
        permissions=RestrictedPermissions(operator=own_secrets, metric_server=own_secrets),
        resources=ByComponent(
            operator=ContainerResources.of("200m", "256Mi", "1Gi"),
            metric_server=ContainerResources.of("100m", "128Mi", "512Mi"),
            webhooks=ContainerResources.of("50m", "64Mi", "128Mi"),
        ),
        priority_class_name="system-cluster-critical",
        ascii_art=False,
    )


KEDA = Controller(
    name="keda",
    title="KEDA",
    version=VERSION,
    delivery="chart",
    chart=Chart(repository="https://kedacore.github.io/charts", name="keda", version=VERSION),
    namespace="keda",
    also_writes_to=("kube-system",),
    kubernetes_min="1.33",
    kubernetes_max="1.35",
    source="keda.sh/docs/2.20/operate/cluster; kedacore/charts keda/values.yaml",
    as_of=date(2026, 11, 20),
    wave=-30,
    kinds=(
        "keda.sh/ScaledObject",
        "keda.sh/ScaledJob",
        "keda.sh/TriggerAuthentication",
        "keda.sh/ClusterTriggerAuthentication",
        "eventing.keda.sh/CloudEventSource",
        "eventing.keda.sh/ClusterCloudEventSource",
    ),
    cluster_kinds=(CRD, *ROLES, VALIDATING, API_SERVICE),
    pod_security="restricted",
    needed=with_upstream_keda,
    values=values,
    module=__name__,
)
