"""Every query that is rendered or written down, with the place it stands in."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from conftest import RenderedSet
from headway.policies.promql import metrics_in

_MATCHERS = re.compile(r"([A-Za-z_:][\w:]*)\{([^{}]*)\}")
_MATCHER = re.compile(r"([A-Za-z_]\w*)\s*(?:=~|!~|!=|=)")
_GROUPED = re.compile(r"\b(?:by|without|on)\b\s*\(([^()]*)\)")
_CODE = re.compile(r"`([^`]+)`")
_SERIES = re.compile(r"\b(?:headway_gateway_|keda_scaler_|kube_horizontal|karpenter_|vllm:)\w+")


@dataclass(frozen=True)
class Asked:
    """One query."""

    place: str
    query: str

    def series(self) -> tuple[str, ...]:
        """Names that it asks for."""
        return metrics_in(self.query)

    def labels_of(self, series: str) -> set[str]:
        """Labels that it selects a series by, and groups by."""
        selected = {label for name, text in _MATCHERS.findall(self.query) if name == series for label in names_in(text)}
        grouped = {label.strip() for group in _GROUPED.findall(self.query) for label in group.split(",")}
        return selected | (grouped - {""})


def names_in(matchers: str) -> list[str]:
    """Labels of `a="1",b=~"2"`; values are left out first, since they may hold anything."""
    return _MATCHER.findall(re.sub(r'"(?:\\.|[^"\\])*"', '""', matchers))


def of_scalers(rendered: RenderedSet) -> Iterator[Asked]:
    """What triggers ask."""
    for scaler in rendered.of_kind("ScaledObject"):
        for trigger in scaler["spec"]["triggers"]:
            query = trigger["metadata"].get("query") or trigger["metadata"]["metricQuery"]
            yield Asked(f"ScaledObject {scaler['metadata']['name']}, {trigger['name']}", query)


def of_alerts(rendered: RenderedSet) -> Iterator[Asked]:
    """What alerts watch."""
    for found in rendered.of_kind("PrometheusRule"):
        for group in found["spec"]["groups"]:
            yield from (Asked(f"alert {rule['alert']}", rule["expr"]) for rule in group["rules"])


def of_dashboards(rendered: RenderedSet) -> Iterator[Asked]:
    """What panels show."""
    for found in rendered.of_kind("ConfigMap"):
        if "grafana_dashboard" in found["metadata"]["labels"]:
            for text in found["data"].values():
                page = json.loads(text)
                for panel in page["panels"]:
                    for target in panel.get("targets", ()):
                        yield Asked(f"dashboard {page['uid']}, {panel['title']}", target["expr"])


def of_runbooks(folder: Path) -> Iterator[Asked]:
    """What somebody who was woken is told to ask."""
    for page in sorted(folder.glob("*.md")):
        for code in _CODE.findall(page.read_text(encoding="utf-8")):
            if _SERIES.search(code):
                yield Asked(page.name, code)
