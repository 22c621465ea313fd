"""ServiceMonitor, PodMonitor, PrometheusRule."""

import pytest
from pydantic import ValidationError

from headway.kinds import NamespaceSelector, PrometheusRuleSpec, Rule, RuleGroup
from unit.kinds.examples import a_prometheus_rule, a_scrape_endpoint


def test_an_alert_waits_under_the_name_prometheus_reads() -> None:
    alert = a_prometheus_rule().manifest()["spec"]["groups"][0]["rules"][1]
    assert alert["for"] == "5m"
    assert alert["keep_firing_for"] == "10m"


@pytest.mark.parametrize("names", [{}, {"alert": "Slow", "record": "x:y"}])
def test_a_rule_is_an_alert_or_a_record(names) -> None:
    with pytest.raises(ValidationError, match="give exactly one"):
        Rule(expr="up", **names)


@pytest.mark.parametrize("extra", [{"for_": "5m"}, {"annotations": {"summary": "x"}}])
def test_a_record_refuses_what_only_alerts_have(extra) -> None:
    with pytest.raises(ValidationError, match="only alerts do"):
        Rule(record="model:ttft_seconds:p95", expr="x", **extra)


def test_two_groups_with_one_name_are_refused() -> None:
    group = RuleGroup(name="latency", rules=[Rule(record="a:b", expr="c")])
    with pytest.raises(ValidationError, match="latency appears more than once"):
        PrometheusRuleSpec(groups=[group, group])


@pytest.mark.parametrize("interval", ["5", "", "1m1h", "0.5s"])
def test_an_interval_that_prometheus_cannot_read_is_refused(interval) -> None:
    with pytest.raises(ValidationError):
        a_scrape_endpoint(interval=interval)


def test_a_port_is_a_name_and_never_a_number() -> None:
    with pytest.raises(ValidationError, match="valid string"):
        a_scrape_endpoint(port=8000)


def test_a_namespace_selector_is_any_or_names() -> None:
    with pytest.raises(ValidationError, match="give one of them"):
        NamespaceSelector(any=True, match_names=["models"])
