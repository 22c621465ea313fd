"""Everything of one environment, put together: charts in the order they depend on each other, and their Applications.

foundation ─▶ nodes ─▶ metrics ─▶ gateway, frontend ─▶ one app a model deployment

Models come last: a sleeping deployment's scaler asks for the gateway's metrics, and a model without capacity must hold
back nothing else.
"""

from dataclasses import dataclass

from cdk8s import App as CdkApp

from headway.catalog import Catalog
from headway.charts.argo_cd import App
from headway.charts.controllers import PROMETHEUS
from headway.charts.foundation import FoundationChart
from headway.charts.frontend import FrontendChart
from headway.charts.gateway import GatewayChart
from headway.charts.metrics import MetricsChart, gpu_resource
from headway.charts.model import ModelChart
from headway.charts.namespaces import FRONTEND, GATEWAY, INFERENCE, METRICS
from headway.charts.nodes import NodesChart
from headway.charts.reachability_table import reachability_table
from headway.constructs.compile_cache_filler import CompileCacheFiller
from headway.constructs.model_server import ModelServer
from headway.constructs.part import ManifestChart
from headway.constructs.reachability import Reachability
from headway.constructs.references import Identity, Pods
from headway.domain.environment import EnvironmentSpec
from headway.scaling import DeploymentPlan

COMPONENT = "app.kubernetes.io/component"
MODEL_SERVERS = Pods.of(INFERENCE, {COMPONENT: ModelServer.component})
CACHE_FILLERS = Pods.of(INFERENCE, {COMPONENT: CompileCacheFiller.component})


@dataclass(frozen=True)
class EnvironmentCharts:
    """The charts of an environment with what Argo CD and Terraform need to know of them."""

    charts: tuple[ManifestChart, ...]
    apps: tuple[App, ...]
    identities: tuple[Identity, ...]


def environment_charts(
    scope: CdkApp, spec: EnvironmentSpec, plans: tuple[DeploymentPlan, ...], catalog: Catalog
) -> EnvironmentCharts:
    """Builds every chart of an environment in `scope`."""
    catalog = catalog.with_backends(spec.backends)
    foundation = FoundationChart(scope, spec, plans, gpu_resource(spec, catalog))
    nodes = NodesChart(scope, spec, plans, catalog) if spec.cluster.provider == "eks" else None
    models = tuple(ModelChart(scope, spec, plan, catalog, PROMETHEUS) for plan in plans)
    metrics = MetricsChart(scope, spec, catalog, plans, MODEL_SERVERS, PROMETHEUS)
    gateway = GatewayChart(scope, spec, catalog, tuple(model.upstream for model in models))
    frontend = FrontendChart(scope, spec, catalog)
    grouped = [model for model in models if model.plan.recipe.chosen.nodes > 1]
    rows = reachability_table(
        spec, gateway.gateway, frontend.pages, metrics.collector, MODEL_SERVERS,
        tuple(plan.recipe.arguments.engine for plan in plans), CACHE_FILLERS,
        tuple(model.server.pods for model in grouped), PROMETHEUS,
    )  # fmt: skip
    owners = (
        (foundation, MODEL_SERVERS),
        (gateway, gateway.gateway.endpoint.pods),
        (frontend, frontend.pages.endpoint.pods),
        (metrics, metrics.collector.pods),
        *((model, model.server.pods) for model in grouped),
    )
    for chart, pods in owners:
        Reachability(chart, "Reachability", pods, rows)
    if any(plan.model.compile_cache for plan in plans):
        Reachability(foundation, "CacheFillerReachability", CACHE_FILLERS, rows)
    apps = (
        App(foundation.name, 0, INFERENCE),
        *((App(nodes.name, 1, INFERENCE),) if nodes else ()),
        App(metrics.name, 2, METRICS),
        App(gateway.name, 3, GATEWAY),
        App(frontend.name, 3, FRONTEND),
        *(App(model.name, 4, INFERENCE) for model in models),
    )
    charts = (foundation, *((nodes,) if nodes else ()), metrics, *models, gateway, frontend)
    identities = (
        *(model.server.identity for model in models),
        gateway.gateway.identity,
        gateway.keys.identity,
    )
    return EnvironmentCharts(charts, apps, identities)
