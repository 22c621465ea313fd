"""What the rendered collector and ServiceMonitor say: how often something is read, and what comes through."""

import re
from dataclasses import dataclass
from typing import Any

import yaml

from headway.local.durations import DEFAULT_SCRAPE_SECONDS, seconds
from headway.local.faults import CannotRun
from headway.policies.index import Index

NAME = ["__name__"]


@dataclass(frozen=True)
class Pipeline:
    """One job of the collector."""

    interval_seconds: float = DEFAULT_SCRAPE_SECONDS
    keeps: tuple[re.Pattern[str], ...] = ()
    """A metric whose name does not match each of these as a whole is dropped."""
    drops: tuple[re.Pattern[str], ...] = ()
    """One whose name matches any of these is."""

    def passes(self, name: str) -> bool:
        """Whether a metric reaches whoever asks."""
        kept = all(pattern.fullmatch(name) for pattern in self.keeps)
        return kept and not any(pattern.fullmatch(name) for pattern in self.drops)


def collector_pipeline(index: Index) -> Pipeline:
    """The collector's first job, which reads model servers. Raises `CannotRun`."""
    for manifest in index.of_kind("ConfigMap"):
        text = manifest.text("data", "collector.yaml")
        if text:
            receivers: dict[str, Any] = yaml.safe_load(text).get("receivers", {})
            for job in receivers.get("prometheus", {}).get("config", {}).get("scrape_configs", []):
                try:
                    return _pipeline(job)
                except re.error as error:
                    raise CannotRun(f"{manifest.path}: {error}", "give metric_relabel_configs a regex") from error
    return Pipeline()


def _pipeline(job: dict[str, Any]) -> Pipeline:
    by_name = [rule for rule in job.get("metric_relabel_configs", []) if rule.get("source_labels") == NAME]

    def of(action: str) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(rule.get("regex", ".*")) for rule in by_name if rule.get("action") == action)

    return Pipeline(seconds(job.get("scrape_interval")), of("keep"), of("drop"))


def monitor_seconds(index: Index) -> float:
    """The scrape interval of the gateway's ServiceMonitor."""
    for manifest in index.of_kind("ServiceMonitor"):
        for endpoint in manifest.each("spec", "endpoints"):
            if endpoint.text("port") == "admin":
                return seconds(endpoint.text("interval"))
    return DEFAULT_SCRAPE_SECONDS
