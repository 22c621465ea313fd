"""Prometheus, Alertmanager and Grafana: all three inside the cluster only, and Grafana's password from a Secret (trap G8).

The collector writes engine metrics here and KEDA reads them back, so there is one Prometheus: a second one would receive
every other sample.
"""

from datetime import date
from typing import Any

from cdk8s_plus_28 import k8s

from headway.charts.controllers import external_secrets
from headway.charts.controllers.cluster_kinds import CRD, MUTATING, ROLES, VALIDATING
from headway.charts.controllers.container_resources import ContainerResources
from headway.charts.controllers.controller import Chart, Controller
from headway.charts.controllers.ebs_csi import STORAGE_CLASS
from headway.charts.controllers.needs import always
from headway.charts.controllers.prometheus_values import (
    Admin,
    Alertmanager,
    Dashboards,
    ExtraPodMonitor,
    Grafana,
    InternalService,
    MetricsEndpoint,
    NamespacedRbac,
    Namespaces,
    Off,
    Operator,
    PrometheusSpec,
    PrometheusValues,
    QueryOptions,
    Selector,
    Server,
    Sidecar,
    Storage,
    VolumeClaimSpec,
    VolumeClaimTemplate,
    VolumeRequest,
    VolumeResources,
)
from headway.charts.namespaces import METRICS
from headway.constructs.manifest import manifest
from headway.constructs.references import Endpoint, Identity, Pods, Port
from headway.domain.environment import EnvironmentSpec
from headway.kinds import (
    AwsProvider,
    ExternalSecret,
    ExternalSecretSpec,
    Metadata,
    RemoteRef,
    SecretDataFrom,
    SecretOwner,
    SecretProvider,
    SecretStore,
    SecretStoreRef,
    SecretStoreSpec,
)

VERSION = "v0.93.0"
CHART_VERSION = "88.2.0"
NAMESPACE = "monitoring"
KEDA_NAMESPACE = "keda"
FULL_NAME = "kube-prometheus-stack"
SERVER = f"{FULL_NAME}-prometheus"
GRAFANA_SECRET = "grafana-admin"  # noqa: S105
RETENTION_DAYS = 15

LOOKBACK = "75s"
"""Two of the chart's own 30 s scrapes and a little: loss of the collector is seen in a minute, not in five."""

PROMETHEUS = Endpoint(
    service=SERVER,
    port=Port("http-web", 9090),
    pods=Pods.of(NAMESPACE, {"app.kubernetes.io/name": "prometheus", "operator.prometheus.io/name": SERVER}),
)
"""Where Prometheus answers queries and takes remote writes."""
DASHBOARD_READERS = k8s.Subject(
    kind="Group", name=f"system:serviceaccounts:{NAMESPACE}", api_group="rbac.authorization.k8s.io"
)
"""Who reads dashboards: the accounts of Grafana's namespace. Its own one is named by the chart, not by this set."""


def values(spec: EnvironmentSpec) -> PrometheusValues:
    """One server on a volume, remote writes on, every monitor selected."""
    return PrometheusValues(
        fullname_override=FULL_NAME,
        prometheus=Server(
            service=InternalService(),
            ingress=Off(),
            prometheus_spec=_server(spec),
            additional_pod_monitors=(_external_secrets_monitor(),),
        ),
        alertmanager=Alertmanager(service=InternalService(), ingress=Off()),
        grafana=Grafana(
            service=InternalService(),
            ingress=Off(),
            admin=Admin(existing_secret=GRAFANA_SECRET, user_key="admin-user", password_key="admin-password"),  # noqa: S106
            rbac=NamespacedRbac(),
            sidecar=Sidecar(dashboards=Dashboards(search_namespace=(NAMESPACE, METRICS))),
        ),
        prometheus_operator=Operator(resources=ContainerResources.of("100m", "128Mi", "256Mi")),
        extra_manifests=(*_grafana_secret(spec), _guard()),
    )


def _guard() -> dict[str, Any]:
    """Only KEDA, the collector and this namespace reach Prometheus: whoever may write samples steers the scaler."""
    readers = (KEDA_NAMESPACE, METRICS, NAMESPACE)
    peers = [
        k8s.NetworkPolicyPeer(namespace_selector=k8s.LabelSelector(match_labels={"kubernetes.io/metadata.name": name}))
        for name in readers
    ]
    return manifest(
        k8s.KubeNetworkPolicyProps(
            metadata=k8s.ObjectMeta(name=SERVER, namespace=NAMESPACE),
            spec=k8s.NetworkPolicySpec(
                pod_selector=k8s.LabelSelector(match_labels=PROMETHEUS.pods.labels),
                policy_types=["Ingress"],
                ingress=[k8s.NetworkPolicyIngressRule(from_=peers)],
            ),
        )
    )


def grafana_identity(spec: EnvironmentSpec) -> Identity:
    """What the External Secrets operator must be allowed, so that Grafana's password can be read."""
    secrets = f"arn:aws:secretsmanager:{spec.cluster.region}:{spec.cluster.account_id}:secret"
    return Identity(
        namespace=external_secrets.NAMESPACE,
        service_account=external_secrets.SERVICE_ACCOUNT,
        actions=("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"),
        resources=(f"{secrets}:{_remote_name(spec)}-*",),
    )


def _server(spec: EnvironmentSpec) -> PrometheusSpec:
    claim = VolumeClaimSpec(
        storage_class_name=STORAGE_CLASS if spec.cluster.provider == "eks" else None,
        access_modes=("ReadWriteOnce",),
        resources=VolumeResources(requests=VolumeRequest(storage="50Gi")),
    )
    return PrometheusSpec(
        replicas=1,
        retention=f"{RETENTION_DAYS}d",
        enable_remote_write_receiver=True,
        query=QueryOptions(lookback_delta=LOOKBACK),
        resources=ContainerResources.of("500m", "2Gi", "4Gi"),
        storage_spec=Storage(volume_claim_template=VolumeClaimTemplate(spec=claim)),
    )


def _external_secrets_monitor() -> ExtraPodMonitor:
    return ExtraPodMonitor(
        name=external_secrets.SERVICE_ACCOUNT,
        namespace_selector=Namespaces(match_names=(external_secrets.NAMESPACE,)),
        selector=Selector(match_labels=external_secrets.POD_LABELS),
        pod_metrics_endpoints=(MetricsEndpoint(port=external_secrets.METRICS_PORT),),
    )


def _grafana_secret(spec: EnvironmentSpec) -> tuple[dict[str, Any], ...]:
    metadata = Metadata(name=GRAFANA_SECRET, namespace=NAMESPACE)
    store = SecretStore(
        metadata=metadata,
        spec=SecretStoreSpec(provider=SecretProvider(aws=AwsProvider(region=spec.cluster.region))),
    )
    secret = ExternalSecret(
        metadata=metadata,
        spec=ExternalSecretSpec(
            refresh_interval="1h",
            secret_store_ref=SecretStoreRef(name=GRAFANA_SECRET),
            target=SecretOwner(name=GRAFANA_SECRET, creation_policy="Owner", deletion_policy="Retain"),
            data_from=(SecretDataFrom(extract=RemoteRef(key=_remote_name(spec))),),
        ),
    )
    return store.manifest(), secret.manifest()


def _remote_name(spec: EnvironmentSpec) -> str:
    return f"headway/{spec.name}/{GRAFANA_SECRET}"


PROMETHEUS_STACK = Controller(
    name="prometheus",
    title="prometheus-operator",
    version=VERSION,
    delivery="chart",
    chart=Chart(
        repository="https://prometheus-community.github.io/helm-charts",
        name="kube-prometheus-stack",
        version=CHART_VERSION,
    ),
    namespace=NAMESPACE,
    also_writes_to=("kube-system",),
    kubernetes_min="1.25",
    source="kube-prometheus-stack 88.2.0 (appVersion v0.93.0, kubeVersion >=1.25.0-0; states no newest)",
    as_of=date(2026, 8, 15),
    wave=-40,
    kinds=(
        "monitoring.coreos.com/Alertmanager",
        "monitoring.coreos.com/AlertmanagerConfig",
        "monitoring.coreos.com/PodMonitor",
        "monitoring.coreos.com/Probe",
        "monitoring.coreos.com/Prometheus",
        "monitoring.coreos.com/PrometheusAgent",
        "monitoring.coreos.com/PrometheusRule",
        "monitoring.coreos.com/ScrapeConfig",
        "monitoring.coreos.com/ServiceMonitor",
        "monitoring.coreos.com/ThanosRuler",
    ),
    cluster_kinds=(CRD, *ROLES, MUTATING, VALIDATING),
    pod_security="baseline",
    needed=always,
    values=values,
    module=__name__,
)
