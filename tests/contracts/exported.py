"""Series that something in an environment exports, with labels: the gateway's own, an engine's recorded, others' by name."""

import importlib
import importlib.util
from collections.abc import Iterable, Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.parser import text_string_to_metric_families

from conftest import REPOSITORY
from headway_gateway.metrics import Metrics

Series = dict[str, frozenset[str]]
RECORDED = REPOSITORY.parent / "shared" / "samples" / "vllm-0.32.0"
TARGET = frozenset({"job", "instance", "namespace", "pod", "container", "service", "endpoint"})
"""Labels that a scrape adds."""
_HPA = ("horizontalpodautoscaler",)
_KEDA = ("metric", "scaledObject", "scaler", "triggerIndex", "type")
_NODE = ("node_name", "nodepool", "instance_type", "capacity_type", "zone", "arch", "os", "region", "resource_type")
OTHERS: Mapping[str, Iterable[str]] = {
    "up": (),
    # KEDA 2.20, pkg/metricscollector/prommetrics.go
    "keda_scaler_detail_errors_total": _KEDA,
    "keda_scaler_metrics_value": _KEDA,
    # kube-state-metrics 2.17, docs/metrics/workload/horizontalpodautoscaler-metrics.md
    "kube_horizontalpodautoscaler_status_current_replicas": _HPA,
    "kube_horizontalpodautoscaler_status_desired_replicas": _HPA,
    # Karpenter 1.14, reference/metrics
    "karpenter_nodes_allocatable": _NODE,
    "karpenter_nodepools_usage": ("nodepool", "resource_type"),
    "karpenter_nodepools_limit": ("nodepool", "resource_type"),
    "karpenter_nodeclaims_terminated_total": ("nodepool", "capacity_type"),
    # SGLang 0.5.23, srt/metrics/collector.py
    "sglang:num_running_reqs": ("model_name",),
    "sglang:num_queue_reqs": ("model_name",),
    "sglang:token_usage": ("model_name",),
}
"""Exporters whose programs are not in this repository, by the sources of their releases."""


def of_gateway() -> Series:
    """What the gateway's own declarations make of a scrape."""
    declared = [found for found in vars(Metrics()).values() if isinstance(found, MetricWrapperBase)]
    return {name: labels for metric in declared for name, labels in _scraped(metric).items()}


def of_vllm() -> Series:
    """What a scrape of a running vLLM held; empty where the recordings are not at hand."""
    found: Series = {}
    for path in sorted(RECORDED.glob("metrics-*.txt")):
        for family in text_string_to_metric_families(path.read_text(encoding="utf-8")):
            for sample in family.samples:
                found[sample.name] = found.get(sample.name, frozenset()) | frozenset(sample.labels)
    return found


def of_model_server() -> Series:
    """What the launcher adds to its engine's scrape, by its declarations where the service has them."""
    if importlib.util.find_spec("headway_model_server.in_engine") is None:
        return {"headway_model_server_cold_start_seconds": frozenset({"phase"})}
    metrics = importlib.import_module("headway_model_server.in_engine.metrics").Metrics(CollectorRegistry())
    declared = [found for found in vars(metrics).values() if isinstance(found, MetricWrapperBase)]
    return {name: labels for metric in declared for name, labels in _scraped(metric).items()}


def of_others() -> Series:
    """The exporters named above."""
    return {name: frozenset(labels) for name, labels in OTHERS.items()}


def recordings(folder: Path = RECORDED) -> list[Path]:
    """The recorded scrapes."""
    return sorted(folder.glob("metrics-*.txt"))


def _scraped(metric: MetricWrapperBase) -> Series:
    name, labels = metric._name, frozenset(metric._labelnames)
    if isinstance(metric, Counter):
        return {f"{name}_total": labels}
    if isinstance(metric, Histogram):
        return {f"{name}_bucket": labels | {"le"}, f"{name}_sum": labels, f"{name}_count": labels}
    if isinstance(metric, Gauge):
        return {name: labels}
    raise TypeError(f"{name} is a {type(metric).__name__}; say here what a scrape of it holds")
