"""monitoring.coreos.com ServiceMonitor: scrape the endpoints behind Services."""

from typing import Annotated

from pydantic import Field

from headway.kinds.label_selector import LabelSelector
from headway.kinds.resource import Resource, Spec
from headway.kinds.scrape import NamespaceSelector, ScrapeEndpoint


class ServiceMonitorSpec(Spec):
    """Which Services, which ports."""

    selector: LabelSelector
    """Labels of the Service, not of its pods."""
    namespace_selector: NamespaceSelector | None = None
    endpoints: Annotated[tuple[ScrapeEndpoint, ...], Field(min_length=1)]
    job_label: str | None = None
    """Service label whose value becomes `job`."""
    target_labels: tuple[str, ...] | None = None
    """Service labels copied to every sample."""
    pod_target_labels: tuple[str, ...] | None = None
    """Pod labels copied to every sample."""
    sample_limit: Annotated[int, Field(ge=0)] | None = None
    """Samples a scrape may have before it is refused as a whole."""


class ServiceMonitor(Resource):
    """Scrapes the endpoints behind Services."""

    api_version = "monitoring.coreos.com/v1"
    kind = "ServiceMonitor"

    spec: ServiceMonitorSpec
