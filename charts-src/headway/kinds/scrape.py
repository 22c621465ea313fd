"""What ServiceMonitor and PodMonitor share: an endpoint to scrape and what to do with its labels."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from headway.kinds.durations import PrometheusDuration
from headway.kinds.resource import NamespaceName, Spec


class Relabeling(Spec):
    """One step over the labels of a target or of a sample."""

    action: Literal["replace", "keep", "drop", "labelmap", "labeldrop", "labelkeep", "lowercase", "uppercase"] = (
        "replace"
    )
    source_labels: tuple[str, ...] | None = None
    separator: str | None = None
    """Joins the source labels (Prometheus: `;`)."""
    regex: str | None = None
    """Anchored on both sides (Prometheus: `(.*)`)."""
    target_label: str | None = None
    replacement: str | None = None
    """What is written (Prometheus: `$1`)."""


class ScrapeEndpoint(Spec):
    """One port to scrape."""

    port: Annotated[str, Field(min_length=1)]
    """Name of the Service's or container's port, never its number."""
    path: Annotated[str, Field(pattern=r"^/")]
    scheme: Literal["http", "https"] | None = None
    interval: PrometheusDuration
    scrape_timeout: PrometheusDuration | None = None
    """Must not exceed the interval."""
    honor_labels: bool | None = None
    """Whether labels in the page win over the target's own."""
    relabelings: tuple[Relabeling, ...] | None = None
    """Before the scrape, over the target's labels."""
    metric_relabelings: tuple[Relabeling, ...] | None = None
    """After the scrape, over each sample."""


class NamespaceSelector(Spec):
    """Namespaces to look in; without it only the monitor's own."""

    any: bool | None = None
    match_names: Annotated[tuple[NamespaceName, ...], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _any_or_names(self) -> Self:
        if self.any and self.match_names:
            raise ValueError(f"namespaceSelector is any and names {list(self.match_names)}; give one of them")
        return self
