"""monitoring.coreos.com PodMonitor: scrape pods without a Service."""

from typing import Annotated

from pydantic import Field

from headway.kinds.label_selector import LabelSelector
from headway.kinds.resource import Resource, Spec
from headway.kinds.scrape import NamespaceSelector, ScrapeEndpoint


class PodMonitorSpec(Spec):
    """Which pods, which ports."""

    selector: LabelSelector
    namespace_selector: NamespaceSelector | None = None
    pod_metrics_endpoints: Annotated[tuple[ScrapeEndpoint, ...], Field(min_length=1)]
    job_label: str | None = None
    """Pod label whose value becomes `job`."""
    pod_target_labels: tuple[str, ...] | None = None
    """Pod labels copied to every sample."""
    sample_limit: Annotated[int, Field(ge=0)] | None = None
    """Samples a scrape may have before it is refused as a whole."""


class PodMonitor(Resource):
    """Scrapes pods."""

    api_version = "monitoring.coreos.com/v1"
    kind = "PodMonitor"

    spec: PodMonitorSpec
