"""Scalers, alerts, dashboards, runbooks and the collector ask for names and labels that somebody exports."""

import json
import re

import pytest
import yaml

from conftest import RenderedSet
from contracts.exported import RECORDED, TARGET, Series, of_gateway, of_model_server, of_others, of_vllm, recordings
from contracts.queries import Asked, of_alerts, of_dashboards, of_runbooks, of_scalers


@pytest.fixture(scope="module")
def exported() -> Series:
    if not recordings():
        pytest.skip(f"no recorded metrics of vLLM below {RECORDED.parent}: names of its series were not compared")
    return {**of_gateway(), **of_vllm(), **of_model_server(), **of_others()}


@pytest.fixture
def asked(environment: RenderedSet, repository) -> list[Asked]:
    rendered = (*of_scalers(environment), *of_alerts(environment), *of_dashboards(environment))
    return [*rendered, *of_runbooks(repository / "docs" / "runbooks")]


def test_every_series_that_is_asked_for_is_exported(asked: list[Asked], exported: Series) -> None:
    missing = [(one.place, name) for one in asked for name in one.series() if name not in exported]
    assert len(asked) > 60
    assert missing == []


def test_every_label_that_is_asked_for_is_on_its_series(asked: list[Asked], exported: Series) -> None:
    unknown = [
        (one.place, name, label)
        for one in asked
        for name in one.series()
        for label in one.labels_of(name) - exported.get(name, frozenset()) - TARGET
    ]
    assert unknown == []


def test_every_kind_of_place_asks_for_something(environment: RenderedSet, repository) -> None:
    for found in (of_scalers(environment), of_alerts(environment), of_dashboards(environment)):
        assert all(one.series() for one in found)
    assert len(list(of_runbooks(repository / "docs" / "runbooks"))) >= 10


def test_every_metric_of_the_gateway_is_on_a_dashboard_or_in_an_alert(environment: RenderedSet) -> None:
    shown = {name for one in (*of_alerts(environment), *of_dashboards(environment)) for name in one.series()}
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in of_gateway()}
    unseen = {family for family in families if not {family, f"{family}_bucket"} & shown}
    assert unseen == {
        "headway_gateway_client_connections",
        "headway_gateway_output_events_total",
        "headway_gateway_request_duration_seconds",
    }, "show a new metric, or name it here"


def test_outcomes_that_alerts_select_are_outcomes_that_the_gateway_counts(environment: RenderedSet) -> None:
    from headway_gateway.metrics import Metrics

    said = Metrics().surveys._documentation + Metrics().questions._documentation
    selected = [
        value
        for one in of_alerts(environment)
        for values in re.findall(r'outcome=~?"([^"]+)"', one.query)
        for value in values.split("|")
    ]
    assert selected
    assert [value for value in selected if value not in said] == []


def test_the_collector_keeps_every_engine_series_that_is_asked_for(
    asked: list[Asked], environment: RenderedSet
) -> None:
    config = yaml.safe_load(environment.one("ConfigMap", "metrics-collector")["data"]["collector.yaml"])
    [scrape] = config["receivers"]["prometheus"]["config"]["scrape_configs"]
    [kept] = [rule["regex"] for rule in scrape["metric_relabel_configs"] if rule["action"] == "keep"]
    engines = {name for one in asked for name in one.series() if ":" in name or "model_server" in name}
    assert {"vllm:num_requests_running", "vllm:num_requests_waiting", "vllm:kv_cache_usage_perc"} <= engines
    assert [name for name in engines if not re.fullmatch(kept, name)] == []


def test_jobs_that_alerts_miss_are_jobs_that_a_monitor_makes(environment: RenderedSet) -> None:
    jobs = {f"{m['metadata']['namespace']}/{m['metadata']['name']}" for m in environment.of_kind("PodMonitor")}
    for monitor in environment.of_kind("ServiceMonitor"):
        wanted = monitor["spec"]["selector"]["matchLabels"].items()
        jobs |= {
            s["metadata"]["name"] for s in environment.of_kind("Service") if wanted <= s["metadata"]["labels"].items()
        }
    selected = [regex for one in of_alerts(environment) for regex in re.findall(r'job=~?"([^"]+)"', one.query)]
    assert len(selected) == 2
    for regex in selected:
        assert any(re.fullmatch(regex, job) for job in jobs), (
            f"{regex}: no monitor makes such a job, only {sorted(jobs)}"
        )


def test_an_hpa_without_keda_asks_for_the_resource_cpu_alone(environment: RenderedSet) -> None:
    scalers = environment.of_kind("HorizontalPodAutoscaler")
    named = {(m["type"], m.get("resource", {}).get("name")) for s in scalers for m in s["spec"]["metrics"]}
    assert named == {("Resource", "cpu")}


def test_a_dashboard_is_loaded_by_the_sidecar_and_has_an_address_of_its_own(environment: RenderedSet) -> None:
    pages = [m for m in environment.of_kind("ConfigMap") if m["metadata"]["labels"].get("grafana_dashboard") == "1"]
    found = [json.loads(text) for page in pages for text in page["data"].values()]
    assert sorted(page["uid"] for page in found) == ["headway-gateway", "headway-models", "headway-nodes"]
    for page in found:
        ids = [panel["id"] for panel in page["panels"]]
        assert len(set(ids)) == len(ids)
        assert all(panel["description"] for panel in page["panels"] if panel["type"] != "row")
