"""The pages' app: the static export and its way in."""

from cdk8s import App

from headway.catalog import Catalog
from headway.charts.namespaces import FRONTEND
from headway.constructs.frontend import FrontendPages, FrontendProps
from headway.constructs.part import ManifestChart
from headway.constructs.public_route import PublicRoute, PublicRouteProps
from headway.domain.environment import EnvironmentSpec


class FrontendChart(ManifestChart):
    """The audience pages."""

    def __init__(self, scope: App, spec: EnvironmentSpec, catalog: Catalog) -> None:
        super().__init__(scope, "frontend", environment=spec.name)
        image = catalog.images["frontend"]
        props = FrontendProps(namespace=FRONTEND, settings=spec.frontend, cluster=spec.cluster, image=image)
        self.pages = FrontendPages(self, "Pages", props)
        PublicRoute(
            self,
            "Route",
            PublicRouteProps(
                edge=spec.edge,
                endpoint=self.pages.endpoint,
                paths=("/",),
                health_path="/healthz",
                order=100,
                drain_seconds=10,
            ),
        )
