"""The gateway's app: endpoint, keys, its way in, its load balancer."""

from cdk8s import App

from headway.catalog import Catalog
from headway.charts.namespaces import GATEWAY
from headway.constructs.api_keys import ApiKeys
from headway.constructs.gateway import GatewayProps, GatewayService, Upstream
from headway.constructs.part import ManifestChart
from headway.constructs.public_route import LoadBalancer, PublicRoute, PublicRouteProps
from headway.domain.environment import EnvironmentSpec

PATHS = ("/v1/", "/api/", "/config", "/generate")


class GatewayChart(ManifestChart):
    """The gateway and everything that belongs to it alone."""

    def __init__(self, scope: App, spec: EnvironmentSpec, catalog: Catalog, upstreams: tuple[Upstream, ...]) -> None:
        super().__init__(scope, "gateway", environment=spec.name)
        self.gateway = GatewayService(
            self,
            "Gateway",
            GatewayProps(
                namespace=GATEWAY,
                settings=spec.gateway,
                edge=spec.edge,
                metrics=spec.metrics,
                cluster=spec.cluster,
                image=catalog.images["gateway"],
                upstreams=upstreams,
            ),
        )
        self.keys = ApiKeys(self, "ApiKeys", GATEWAY, spec.cluster)
        LoadBalancer(self, "LoadBalancer", spec.edge, spec.cluster)
        PublicRoute(
            self,
            "Route",
            PublicRouteProps(
                edge=spec.edge,
                endpoint=self.gateway.endpoint,
                paths=PATHS,
                health_path="/config",
                order=10,
                drain_seconds=spec.gateway.drain_seconds,
            ),
        )
