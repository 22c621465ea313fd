"""Values of prometheus-community/kube-prometheus-stack, as far as Headway states them."""

from typing import Any

from pydantic import Field

from headway.charts.controllers.container_resources import ContainerResources
from headway.charts.controllers.controller import Values


class InternalService(Values):
    """A Service that nothing outside the cluster reaches."""

    type: str = "ClusterIP"


class Off(Values):
    """A part that is left out."""

    enabled: bool = False


class VolumeRequest(Values):
    """How much is asked for."""

    storage: str


class VolumeResources(Values):
    """What a volume claim asks for."""

    requests: VolumeRequest


class VolumeClaimSpec(Values):
    """A volume claim."""

    storage_class_name: str | None
    """Absent takes the cluster's default class."""
    access_modes: tuple[str, ...]
    resources: VolumeResources


class VolumeClaimTemplate(Values):
    """The claim of each replica."""

    spec: VolumeClaimSpec


class Storage(Values):
    """Where samples are kept."""

    volume_claim_template: VolumeClaimTemplate


class QueryOptions(Values):
    """How queries read samples."""

    lookback_delta: str
    """How old a sample may be and still count: a scraper that dies leaves its last ones, without a mark."""


class PrometheusSpec(Values):
    """The server. The five selectors say: every monitor and rule in the cluster, whoever released it."""

    replicas: int
    retention: str
    enable_remote_write_receiver: bool
    query: QueryOptions
    service_monitor_selector_nil_uses_helm_values: bool = False
    pod_monitor_selector_nil_uses_helm_values: bool = False
    probe_selector_nil_uses_helm_values: bool = False
    rule_selector_nil_uses_helm_values: bool = False
    scrape_config_selector_nil_uses_helm_values: bool = False
    resources: ContainerResources
    storage_spec: Storage


class Selector(Values):
    """Labels that pods carry."""

    match_labels: dict[str, str]


class Namespaces(Values):
    """Namespaces they are in."""

    match_names: tuple[str, ...]


class MetricsEndpoint(Values):
    """The port that is scraped."""

    port: str


class ExtraPodMonitor(Values):
    """A PodMonitor that the chart writes itself."""

    name: str
    namespace_selector: Namespaces
    selector: Selector
    pod_metrics_endpoints: tuple[MetricsEndpoint, ...]


class Server(Values):
    """Prometheus."""

    service: InternalService
    ingress: Off
    prometheus_spec: PrometheusSpec
    additional_pod_monitors: tuple[ExtraPodMonitor, ...]


class Alertmanager(Values):
    """Alertmanager."""

    service: InternalService
    ingress: Off


class Admin(Values):
    """Grafana's first user, from a Secret that External Secrets keeps."""

    existing_secret: str
    user_key: str
    password_key: str


class NamespacedRbac(Values):
    """Rights in the own namespace only; the chart's default lists every Secret of the cluster."""

    namespaced: bool = True


class Dashboards(Values):
    """Where the sidecar looks for ConfigMaps with the label `grafana_dashboard`."""

    search_namespace: tuple[str, ...]
    """The chart's default is every namespace, which rights in the own one do not allow."""


class Sidecar(Values):
    """Grafana's neighbour, which loads dashboards."""

    dashboards: Dashboards


class Grafana(Values):
    """Grafana. Dashboards are ConfigMaps with the label `grafana_dashboard`, of its own namespace and Headway's."""

    service: InternalService
    ingress: Off
    admin: Admin
    rbac: NamespacedRbac
    sidecar: Sidecar


class Operator(Values):
    """prometheus-operator."""

    resources: ContainerResources


class PrometheusValues(Values):
    """Values of prometheus-community/kube-prometheus-stack."""

    fullname_override: str
    prometheus: Server
    alertmanager: Alertmanager
    grafana: Grafana
    prometheus_operator: Operator
    node_exporter: Off = Off()
    """Needs the host's network and files, which the namespace's level refuses; the kubelet reports nodes' use."""
    kube_etcd: Off = Off()
    """This and the next three: EKS shows them to nobody, and a target that never answers is an alert that never ends."""
    kube_controller_manager: Off = Off()
    kube_scheduler: Off = Off()
    kube_proxy: Off = Off()
    extra_manifests: tuple[dict[str, Any], ...] = Field(min_length=1)
    """Typed elsewhere (`headway.kinds`), plain here: the Secret that Grafana waits for."""
