"""The reachability table of an environment: every connection that is allowed, and why. What is not here is denied."""

from headway.constructs.frontend import FrontendPages
from headway.constructs.gateway import GatewayService
from headway.constructs.metrics_collector import OTEL_ADD_ON, OWN_METRICS, MetricsCollector
from headway.constructs.reachability import POD_IDENTITY, Ranges, Row
from headway.constructs.references import Endpoint, Pods
from headway.domain.engine import EngineContract
from headway.domain.environment import EnvironmentSpec

HTTPS = (443,)
DEFAULT_PORT: int = EngineContract.model_fields["port"].default
"""Port of the rows about model servers where there are none."""


def reachability_table(
    spec: EnvironmentSpec,
    gateway: GatewayService,
    pages: FrontendPages,
    collector: MetricsCollector,
    model_servers: Pods,
    engines: tuple[EngineContract, ...],
    cache_fillers: Pods,
    groups: tuple[Pods, ...],
    prometheus: Endpoint,
) -> tuple[Row, ...]:
    """All rows; `groups` are deployments whose replicas span machines."""
    cluster = spec.cluster
    load_balancer = Ranges("the load balancer's subnets", cluster.load_balancer_cidrs)
    aws = Ranges("S3 and STS, through VPC endpoints", (cluster.vpc_cidr, *cluster.s3_cidrs))
    api = Ranges("the API server, by its Service and in the VPC", (cluster.service_cidr, cluster.vpc_cidr))
    api_ports = tuple(sorted({engine.port for engine in engines})) or (DEFAULT_PORT,)
    metrics_ports = tuple(sorted({engine.metrics_port for engine in engines})) or (DEFAULT_PORT,)
    gateway_pods, monitoring = gateway.endpoint.pods, prometheus.pods.namespace
    writes = (
        Row(collector.pods, monitoring, (prometheus.port.number,), "remote write of engine metrics")
        if cluster.keda.scaler == "prometheus"
        else Row(
            collector.pods,
            "keda",
            (int(OTEL_ADD_ON.rpartition(":")[2]),),
            "engine metrics for the otel-add-on",
        )
    )
    traces = spec.gateway.traces
    return (
        Row(load_balancer, gateway_pods, (gateway.endpoint.port.number,), "requests"),
        Row(load_balancer, pages.endpoint.pods, (pages.endpoint.port.number,), "pages"),
        Row(gateway_pods, model_servers, api_ports, "inference; the gateway allow-lists paths"),
        Row(collector.pods, model_servers, metrics_ports, "metrics share the API's port"),
        writes,
        Row(collector.pods, api, HTTPS, "finding pods to scrape"),
        Row(gateway_pods, api, HTTPS, "watching endpoints"),
        Row(monitoring, gateway_pods, (gateway.admin.port.number,), "held and running requests, there without pods"),
        Row(monitoring, collector.pods, (OWN_METRICS.number,), "whether the collector works"),
        Row(gateway_pods, aws, HTTPS, "survey answers, credentials, endpoint watch"),
        Row(model_servers, aws, HTTPS, "model weights, credentials"),
        Row(cache_fillers, aws, HTTPS, "model weights, credentials"),
        *([Row(gateway_pods, traces.namespace, (traces.port,), "traces")] if traces else []),
        *(Row(pods, POD_IDENTITY, (80,), "credentials") for pods in (gateway_pods, model_servers, cache_fillers)),
        *(Row(pods, pods, (), "one replica over several machines") for pods in groups),
    )  # fmt: skip
