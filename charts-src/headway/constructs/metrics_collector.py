"""The metrics collector: scrapes the model servers at the one interval and hands their metrics to what KEDA asks.

One replica, because two would write every sample twice (trap N16). It drops everything but the engines' own series.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import yaml
from cdk8s_plus_28 import k8s

from headway.constructs.engine_pod import metrics_port, serving_port
from headway.constructs.image import image_reference
from headway.constructs.manifest import resources
from headway.constructs.part import ManifestChart, Part
from headway.constructs.references import Endpoint, Pods, Port
from headway.constructs.security import restricted_container
from headway.constructs.workload import (
    TMP,
    TMP_VOLUME,
    ProgramProps,
    account,
    container_ports,
    http_probe,
    program,
    reads,
)
from headway.domain.cluster import Cluster
from headway.domain.engine import EngineContract
from headway.domain.environment import Metrics
from headway.domain.noun import Noun
from headway.domain.runtime_image import RuntimeImage
from headway.kinds import (
    LabelSelector,
    Metadata,
    NamespaceSelector,
    PodMonitor,
    PodMonitorSpec,
    ScrapeEndpoint,
)
from headway.scaling import DEPLOYMENT_LABEL

OWN_METRICS = Port("own-metrics", 8888)
HEALTH = Port("health", 13133)
OTEL_ADD_ON = "keda-otel-scaler.keda.svc:4317"
JOB = "model-server"
POD_NAME_LABEL = "__meta_kubernetes_pod_label_app_kubernetes_io_name"
PORT_NAME = "__meta_kubernetes_pod_container_port_name"


@dataclass(frozen=True)
class ScrapedEngine:
    """A deployment whose pods are scraped, with the contract that says where and what."""

    deployment: str
    """Name on its pods."""
    contract: EngineContract


class MetricsCollectorProps(Noun, arbitrary_types_allowed=True):
    """The collector of one environment."""

    namespace: str
    """Where it runs."""
    metrics: Metrics
    """How often it scrapes."""
    cluster: Cluster
    """Whose registry holds the image, and what its KEDA can ask."""
    image: RuntimeImage
    """The collector's program."""
    targets: tuple[Pods, ...]
    """Pods it scrapes."""
    engines: tuple[ScrapedEngine, ...]
    """The deployments that these pods belong to."""
    series_prefixes: tuple[str, ...]
    """What the series begin with that are kept: those of every engine that could be deployed, and of the launcher."""
    prometheus: Endpoint
    """Where it writes."""


class MetricsCollector(Part):
    """OpenTelemetry collector with its configuration, account and the right to list the pods it scrapes."""

    component: ClassVar[str] = "collector"

    def __init__(self, scope: Part | ManifestChart, id: str, props: MetricsCollectorProps) -> None:
        super().__init__(scope, id, instance="metrics-collector")
        self._props = props
        self.pods = Pods.of(props.namespace, self.selector)
        self._account()
        config = yaml.safe_dump(collector_config(props), sort_keys=True, width=120)
        metadata = k8s.ObjectMeta(name=self.instance, namespace=props.namespace)
        self.add(k8s.KubeConfigMapProps(metadata=metadata, data={"collector.yaml": config}))
        self.add(program(self, self._program(config)))
        interval = f"{props.metrics.scrape_interval_seconds}s"
        self.add(
            PodMonitor(
                metadata=Metadata(name=self.instance, namespace=props.namespace),
                spec=PodMonitorSpec(
                    selector=LabelSelector(match_labels=self.selector),
                    namespace_selector=NamespaceSelector(match_names=(props.namespace,)),
                    pod_metrics_endpoints=(
                        ScrapeEndpoint(
                            port=OWN_METRICS.name,
                            path="/metrics",
                            scheme="http",
                            interval=interval,
                            scrape_timeout=interval,
                        ),
                    ),
                ),
            )
        )

    def _account(self) -> None:
        namespace = self._props.namespace
        self.add(account(self.instance, namespace))
        rule = k8s.PolicyRule(api_groups=[""], resources=["pods"], verbs=["get", "list", "watch"])
        subject = k8s.Subject(kind="ServiceAccount", name=self.instance, namespace=namespace)
        for scraped in sorted({pods.namespace for pods in self._props.targets}):
            for thing in reads(f"{self.instance}-lists-pods", scraped, rule, subject):
                self.add(thing)

    def _program(self, config: str) -> ProgramProps:
        return ProgramProps(
            namespace=self._props.namespace,
            container=self._container(),
            volumes=(
                k8s.Volume(name="config", config_map=k8s.ConfigMapVolumeSource(name=self.instance)),
                TMP_VOLUME,
            ),
            grace_seconds=30,
            asks_api_server_for="finding the pods to scrape",
            replicas=1,
            one_at_a_time=True,
            annotations={"headway.dev/config": fingerprint(config)},
        )

    def _container(self) -> k8s.Container:
        limits = {"memory": "512Mi", "ephemeral-storage": "256Mi"}
        probe = http_probe("/", HEALTH, 3)
        return k8s.Container(
            name="collector",
            image=image_reference(self._props.image, self._props.cluster),
            image_pull_policy="IfNotPresent",
            args=["--config=/etc/collector/collector.yaml"],
            env=[k8s.EnvVar(name="GOMEMLIMIT", value="400MiB")],
            ports=container_ports(OWN_METRICS, HEALTH),
            liveness_probe=probe,
            readiness_probe=probe,
            resources=resources({"cpu": "200m", **limits}, limits),
            security_context=restricted_container(),
            volume_mounts=[k8s.VolumeMount(name="config", mount_path="/etc/collector", read_only=True), TMP],
        )


def collector_config(props: MetricsCollectorProps) -> dict[str, Any]:
    """The collector's configuration: one receiver, one pipeline, and the exporter that KEDA's scaler reads from."""
    writes: Literal["otlp", "prometheusremotewrite"] = (
        "prometheusremotewrite" if props.cluster.keda.scaler == "prometheus" else "otlp"
    )
    # Names stay as scraped: no unit or type suffix is added, and the exporter keeps colons (contrib pull 14158).
    exporters: dict[str, Any] = {
        "prometheusremotewrite": {
            "endpoint": f"{props.prometheus.url}/api/v1/write",
            "add_metric_suffixes": False,
            "resource_to_telemetry_conversion": {"enabled": False},
        },
        "otlp": {"endpoint": OTEL_ADD_ON, "tls": {"insecure": True}},
    }
    return {
        "receivers": {"prometheus": {"config": {"scrape_configs": [_scrape(props)]}}},
        "processors": {"memory_limiter": {"check_interval": "1s", "limit_mib": 400}},
        "exporters": {writes: exporters[writes]},
        "extensions": {"health_check": {"endpoint": f"0.0.0.0:{HEALTH.number}"}},
        "service": {
            "extensions": ["health_check"],
            "telemetry": {"metrics": {"readers": [_own_metrics()]}},
            "pipelines": {
                "metrics": {
                    "receivers": ["prometheus"],
                    "processors": ["memory_limiter"],
                    "exporters": [writes],
                }
            },
        },
    }


def fingerprint(config: str) -> str:
    """Changes with the configuration, so that a new one restarts the pod."""
    return hashlib.sha256(config.encode()).hexdigest()[:12]


def _scrape(props: MetricsCollectorProps) -> dict[str, Any]:
    interval = f"{props.metrics.scrape_interval_seconds}s"
    component = dict(props.targets[0].selector)["app.kubernetes.io/component"] if props.targets else JOB
    return {
        "job_name": JOB,
        "scrape_interval": interval,
        "scrape_timeout": interval,
        "kubernetes_sd_configs": [
            {"role": "pod", "namespaces": {"names": sorted({pods.namespace for pods in props.targets})}}
        ],
        "relabel_configs": [
            {
                "action": "keep",
                "source_labels": ["__meta_kubernetes_pod_label_app_kubernetes_io_component"],
                "regex": component,
            },
            {
                "action": "keep",
                "source_labels": ["__meta_kubernetes_pod_container_port_name"],
                "regex": _port_names(props.engines),
            },
            {
                "action": "replace",
                "source_labels": ["__meta_kubernetes_namespace"],
                "target_label": "namespace",
            },
            {"action": "replace", "source_labels": ["__meta_kubernetes_pod_name"], "target_label": "pod"},
            *_peculiar(props.engines),
        ],
        "metric_relabel_configs": [
            {"action": "keep", "source_labels": ["__name__"], "regex": _kept_series(props.series_prefixes)}
        ],
    }


def _port_names(engines: tuple[ScrapedEngine, ...]) -> str:
    """Names of the container ports that metrics are read from."""
    names = {metrics_port(engine.contract).name for engine in engines} or {"http"}
    return "|".join(sorted(names))


def _peculiar(engines: tuple[ScrapedEngine, ...]) -> Iterator[dict[str, Any]]:
    """Rules for deployments whose metrics are on a port, on a path or under labels of their own."""
    apart = [one for one in engines if metrics_port(one.contract) != serving_port(one.contract)]
    if apart:
        yield {"action": "drop", "source_labels": [POD_NAME_LABEL, PORT_NAME], "regex": f"({_any_of(apart)});http"}
    for path in sorted({one.contract.metrics.path for one in engines} - {"/metrics"}):
        there = [one for one in engines if one.contract.metrics.path == path]
        rule = {"action": "replace", "source_labels": [POD_NAME_LABEL], "regex": _any_of(there)}
        yield {**rule, "target_label": "__metrics_path__", "replacement": path}
    unnamed = [one for one in engines if one.contract.metrics.model_label is None]
    if unnamed:
        rule = {"action": "replace", "source_labels": [POD_NAME_LABEL], "regex": f"({_any_of(unnamed)})"}
        yield {**rule, "target_label": DEPLOYMENT_LABEL}


def _any_of(engines: list[ScrapedEngine]) -> str:
    return "|".join(sorted(engine.deployment for engine in engines))


def _kept_series(prefixes: tuple[str, ...]) -> str:
    """What the engines' own series begin with; engines that put a colon after their name share one group."""
    named = [prefix.removesuffix(":") for prefix in prefixes if prefix.endswith(":")]
    groups = [f"({'|'.join(named)}):.+"] if named else []
    return "|".join([*groups, *(f"{prefix}.+" for prefix in prefixes if not prefix.endswith(":"))])


def _own_metrics() -> dict[str, Any]:
    return {"pull": {"exporter": {"prometheus": {"host": "0.0.0.0", "port": OWN_METRICS.number}}}}  # noqa: S104
