"""External Secrets: Secrets from AWS Secrets Manager, so that Git holds only their names.

First of all charts, because Grafana's password is one of them; so its metrics are scraped from Prometheus' side
(`prometheus.py`) and not by a ServiceMonitor, whose kind does not exist yet.
"""

from datetime import date

from pydantic import Field

from headway.charts.controllers.cluster_kinds import CRD, ROLES, VALIDATING
from headway.charts.controllers.container_resources import ContainerResources
from headway.charts.controllers.controller import Chart, Controller, Values
from headway.charts.controllers.needs import always
from headway.charts.controllers.spelled_alike import ServiceAccount
from headway.domain.environment import EnvironmentSpec

VERSION = "2.9.0"
NAMESPACE = "external-secrets"
SERVICE_ACCOUNT = "external-secrets"
POD_LABELS = {"app.kubernetes.io/name": "external-secrets"}
METRICS_PORT = "metrics"


class CustomKinds(Values):
    """Which kinds exist: stores belong to a namespace, so nothing cluster-wide."""

    create_cluster_external_secret: bool = False
    create_cluster_secret_store: bool = False
    create_cluster_push_secret: bool = False
    create_cluster_generator: bool = False
    create_push_secret: bool = False


class DisruptionBudget(Values):
    """How many pods must stay."""

    enabled: bool
    min_available: int


class Webhook(Values):
    """The admission webhook."""

    replica_count: int
    resources: ContainerResources


class CertController(Values):
    """What keeps the webhook's certificate."""

    resources: ContainerResources


class ExternalSecretsValues(Values):
    """Values of external-secrets/external-secrets."""

    install_crds: bool = Field(alias="installCRDs")
    crds: CustomKinds
    process_cluster_external_secret: bool = False
    process_cluster_store: bool = False
    process_cluster_push_secret: bool = False
    process_cluster_generator: bool = False
    process_push_secret: bool = False
    replica_count: int
    leader_elect: bool
    service_account: ServiceAccount
    pod_disruption_budget: DisruptionBudget
    resources: ContainerResources
    webhook: Webhook
    cert_controller: CertController


def values(_spec: EnvironmentSpec) -> ExternalSecretsValues:
    """Namespaced stores only; two replicas, one of which leads."""
    small = ContainerResources.of("50m", "64Mi", "256Mi")
    return ExternalSecretsValues(
        install_crds=True,
        crds=CustomKinds(),
        replica_count=2,
        leader_elect=True,
        service_account=ServiceAccount(name=SERVICE_ACCOUNT),
        pod_disruption_budget=DisruptionBudget(enabled=True, min_available=1),
        resources=ContainerResources.of("50m", "128Mi", "256Mi"),
        webhook=Webhook(replica_count=2, resources=small),
        cert_controller=CertController(resources=small),
    )


EXTERNAL_SECRETS = Controller(
    name="external-secrets",
    title="External Secrets",
    version=VERSION,
    delivery="chart",
    chart=Chart(repository="https://charts.external-secrets.io", name="external-secrets", version=VERSION),
    namespace=NAMESPACE,
    kubernetes_min="1.34",
    source="external-secrets docs/introduction/stability-support (one Kubernetes a release: 1.34 for 2.0; 2.9 not read)",
    as_of=date(2026, 8, 30),
    wave=-50,
    kinds=("external-secrets.io/ExternalSecret", "external-secrets.io/SecretStore"),
    cluster_kinds=(CRD, *ROLES, VALIDATING),
    pod_security="restricted",
    needed=always,
    values=values,
    module=__name__,
)
