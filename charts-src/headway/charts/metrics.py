"""The metrics' app: the collector and the alerts."""

from cdk8s import App

from headway.catalog import Catalog
from headway.charts.namespaces import INFERENCE, METRICS
from headway.constructs.alert_rules import AlertRules
from headway.constructs.metrics_collector import MetricsCollector, MetricsCollectorProps, ScrapedEngine
from headway.constructs.part import ManifestChart
from headway.constructs.references import Endpoint, Pods
from headway.domain.environment import EnvironmentSpec
from headway.domain.names import resource_name
from headway.observability import Watched, alerts
from headway.scaling import DeploymentPlan


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
                series_prefixes=tuple(engine.metrics.prefix for engine in catalog.engines.values()),
                prometheus=prometheus,
            ),
        )
        watched = [_watched(plan) for plan in plans]
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
    )
