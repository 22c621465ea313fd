"""One interval, one place: collector and monitors all carry the environment's value (trap G2)."""

import yaml

from conftest import RenderedSet
from headway.environments import load_environment


def test_every_scraper_carries_the_environments_interval(environment: RenderedSet, catalog) -> None:
    spec = load_environment(environment.folder.name, catalog).spec
    expected = f"{spec.metrics.scrape_interval_seconds}s"
    config = yaml.safe_load(environment.one("ConfigMap", "metrics-collector")["data"]["collector.yaml"])
    found = {scrape["scrape_interval"] for scrape in config["receivers"]["prometheus"]["config"]["scrape_configs"]}
    found |= {e["interval"] for m in environment.of_kind("ServiceMonitor") for e in m["spec"]["endpoints"]}
    found |= {e["interval"] for m in environment.of_kind("PodMonitor") for e in m["spec"]["podMetricsEndpoints"]}
    assert found == {expected}


def test_model_servers_are_scraped_once(environment: RenderedSet) -> None:
    for kind in ("ServiceMonitor", "PodMonitor"):
        for monitor in environment.of_kind(kind):
            labels = monitor["spec"]["selector"]["matchLabels"]
            assert labels.get("app.kubernetes.io/component") != "model-server"


def test_the_collector_writes_where_keda_asks(environment: RenderedSet) -> None:
    config = yaml.safe_load(environment.one("ConfigMap", "metrics-collector")["data"]["collector.yaml"])
    writes = config["exporters"]["prometheusremotewrite"]["endpoint"]
    asked = {t["metadata"]["serverAddress"] for s in environment.of_kind("ScaledObject") for t in s["spec"]["triggers"]}
    assert {writes.removesuffix("/api/v1/write")} == asked
