"""The metrics' app: the collector and the alerts."""

from cdk8s import App

from headway.catalog import Catalog
from headway.charts.controllers.prometheus import DASHBOARD_READERS
from headway.charts.namespaces import INFERENCE, METRICS
from headway.constructs.alert_rules import AlertRules
from headway.constructs.dashboards import GrafanaDashboards
from headway.constructs.metrics_collector import MetricsCollector, MetricsCollectorProps, ScrapedEngine
from headway.constructs.part import ManifestChart
from headway.constructs.references import Endpoint, Pods
from headway.domain.environment import EnvironmentSpec
from headway.domain.names import resource_name
from headway.observability import PricedMachine, Watched, alerts, dashboards
from headway.recipes.machine import machines
from headway.scaling import DeploymentPlan

LAUNCHER_SERIES = ("headway_model_server_", "vllm_")
"""What the launcher adds to the engine's series: its own, and the names of the first dashboards for this server."""


class MetricsChart(ManifestChart):
    """Collector and alert rules of an environment."""

    def __init__(
        self,
        scope: App,
        spec: EnvironmentSpec,
        catalog: Catalog,
        plans: tuple[DeploymentPlan, ...],
        model_servers: Pods,
        prometheus: Endpoint,
    ) -> None:
        super().__init__(scope, "metrics", environment=spec.name)
        served = tuple(ScrapedEngine(resource_name(plan.name), plan.recipe.arguments.engine) for plan in plans)
        self.collector = MetricsCollector(
            self,
            "Collector",
            MetricsCollectorProps(
                namespace=METRICS,
                metrics=spec.metrics,
                cluster=spec.cluster,
                image=catalog.images["collector"],
                targets=(model_servers,),
                engines=served,
                series_prefixes=(*(engine.metrics.prefix for engine in catalog.engines.values()), *LAUNCHER_SERIES),
                prometheus=prometheus,
            ),
        )
        watched = [_watched(plan) for plan in plans]
        pages = dashboards(watched, priced_machines(spec, catalog), gpu_resource(spec, catalog))
        GrafanaDashboards(self, "Dashboards", METRICS, DASHBOARD_READERS, pages)
        AlertRules(self, "Alerts", METRICS, alerts(watched, spec.metrics.scrape_interval_seconds))


def _watched(plan: DeploymentPlan) -> Watched:
    return Watched(
        name=resource_name(plan.name),
        namespace=INFERENCE,
        served_name=plan.recipe.arguments.served_name,
        engine=plan.recipe.arguments.engine,
        max_replicas=plan.model.limits.replicas.max,
        cold_start_seconds=int(plan.recipe.cold_start.worst_seconds),
        ttft_seconds=plan.model.objective.ttft_seconds,
        percentile=plan.model.objective.percentile,
        by_keda=plan.model.scaling.autoscaler == "keda",
    )


def priced_machines(spec: EnvironmentSpec, catalog: Catalog) -> list[PricedMachine]:
    """Every machine that Karpenter may start for a GPU pool, with the prices that the catalog has."""
    if spec.cluster.provider != "eks":
        return []
    found: dict[tuple[str, str], PricedMachine] = {}
    for pool in spec.pools.values():
        for machine in machines(pool, catalog, spec.cluster.region):
            for capacity_type, quote in (("spot", machine.spot), ("on-demand", machine.on_demand)):
                if quote and capacity_type in pool.capacity_types:
                    key = machine.name, capacity_type
                    found[key] = PricedMachine(*key, quote.usd_per_hour, quote.region, quote.as_of)
    return [found[key] for key in sorted(found)]


def gpu_resource(spec: EnvironmentSpec, catalog: Catalog) -> str:
    """The resource that GPUs of the environment are asked for by; NVIDIA's where there are none."""
    names = {catalog.accelerators[pool.accelerator].resource for pool in spec.pools.values()}
    return min(names, default="nvidia.com/gpu")
