"""Dashboards: what is on them for which deployment, and where."""

import json
from typing import Any

from headway.catalog import load_catalog
from headway.observability import Dashboard, Panel, PricedMachine, Query, Row, Watched, alerts, dashboards, grafana_json

VLLM = load_catalog().engines["vllm"]
MACHINE = PricedMachine("g5.xlarge", "spot", 0.41, "us-east-1", "2026-08-10")


def a_deployment(**over: Any) -> Watched:
    lawful: dict[str, Any] = {
        "name": "m", "namespace": "n", "served_name": "served", "engine": VLLM, "max_replicas": 4,
        "cold_start_seconds": 200, "ttft_seconds": 1.5, "percentile": 95,
    }  # fmt: skip
    return Watched(**{**lawful, **over})


def panels(page: Dashboard) -> dict[str, Panel]:
    return {panel.title: panel for row in page.rows for panel in row.panels}


def a_page(*sizes: int) -> dict[str, Any]:
    """A page with rows of so many panels."""
    panel = Panel("a", "b", (Query("up", "c"),))
    return grafana_json(
        Dashboard("u", "t", tuple(Row(f"r{place}", (panel,) * size) for place, size in enumerate(sizes)))
    )


def test_panels_never_lie_on_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in a_page(1, 3, 4, 7)["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken
        assert all(x < 24 for x, _ in cells)
        taken |= cells


def test_the_same_dashboard_is_the_same_bytes() -> None:
    assert json.dumps(a_page(2, 2)) == json.dumps(a_page(2, 2))


def test_the_objective_is_a_line_on_the_panel_of_its_deployment() -> None:
    gateway, models, _ = dashboards([a_deployment(ttft_seconds=2.5)], [MACHINE], "nvidia.com/gpu")
    assert panels(gateway)["TTFT of m"].limit == panels(models)["TTFT of m"].limit == 2.5


def test_a_panel_asks_for_the_served_name_and_the_engines_own_series() -> None:
    _, models, _ = dashboards([a_deployment()], [MACHINE], "nvidia.com/gpu")
    assert panels(models)["Running and waiting"].queries[0].expression == (
        'sum(vllm:num_requests_running{model_name="served"})'
    )


def test_an_engine_that_names_no_kv_cache_gauge_has_no_panel_for_it() -> None:
    metrics = VLLM.metrics.model_copy(update={"kv_usage": None})
    engine = VLLM.model_copy(update={"metrics": metrics})
    _, with_gauge, _ = dashboards([a_deployment()], [MACHINE], "nvidia.com/gpu")
    _, without, _ = dashboards([a_deployment(engine=engine)], [MACHINE], "nvidia.com/gpu")
    assert panels(with_gauge).keys() - panels(without).keys() == {"KV cache in use"}


def test_a_deployment_on_cpu_is_asked_for_under_its_own_hpa_and_has_no_scaler_of_keda() -> None:
    _, models, _ = dashboards([a_deployment(by_keda=False)], [MACHINE], "nvidia.com/gpu")
    assert 'horizontalpodautoscaler="m"' in panels(models)["Replicas"].queries[0].expression
    assert "What the scaler reads" not in panels(models)
    [at_maximum] = [a for a in alerts([a_deployment(by_keda=False)], 5) if a.name == "DeploymentAtMaximum"]
    assert 'horizontalpodautoscaler="m"' in at_maximum.expression


def test_a_cluster_without_karpenter_has_no_page_of_nodes() -> None:
    assert [page.uid for page in dashboards([a_deployment()], [], "amd.com/gpu")] == [
        "headway-gateway",
        "headway-models",
    ]


def test_money_is_nodes_times_the_price_of_their_machine_and_says_of_when() -> None:
    nodes = dashboards([a_deployment()], [MACHINE], "nvidia.com/gpu")[-1]
    money = panels(nodes)["USD an hour"]
    assert money.queries[0].expression == (
        'count(karpenter_nodes_allocatable{resource_type="cpu",instance_type="g5.xlarge",capacity_type="spot"}) * 0.41'
    )
    assert "2026-08-10" in money.meaning


def test_a_held_request_wakes_somebody_only_after_the_worst_start() -> None:
    [held] = [a for a in alerts([a_deployment(cold_start_seconds=300)], 5) if a.name == "RequestsHeldTooLong"]
    assert held.for_seconds > 300
