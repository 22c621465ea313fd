"""The scaler: its formula, its fallback, and how it wakes what sleeps."""

import pytest

from conftest import Manifest, RenderedSet
from headway.environments import load_environment, plan


def triggers(scaled: Manifest) -> dict[str, Manifest]:
    return {trigger["name"]: trigger for trigger in scaled["spec"]["triggers"]}


def test_every_name_in_the_formula_is_a_trigger(environment: RenderedSet) -> None:
    import re

    for scaled in environment.of_kind("ScaledObject"):
        formula = scaled["spec"]["advanced"]["scalingModifiers"]["formula"]
        assert set(re.findall(r"[a-z]+", formula)) == set(triggers(scaled))


def test_targets_are_whole_numbers_or_fallback_would_be_ignored(environment: RenderedSet) -> None:
    for scaled in environment.of_kind("ScaledObject"):
        assert scaled["spec"]["advanced"]["scalingModifiers"]["target"].isdigit()


def test_lost_metrics_fall_back_and_never_scale_down(environment: RenderedSet) -> None:
    for scaled in environment.of_kind("ScaledObject"):
        assert scaled["spec"]["fallback"]["behavior"] == "currentReplicasIfHigher"
        for trigger in triggers(scaled).values():
            assert trigger["metadata"]["ignoreNullValues"] == "false"


def test_queries_use_the_names_that_vllm_exports(environment: RenderedSet) -> None:
    for scaled in environment.of_kind("ScaledObject"):
        query = triggers(scaled)["waiting"]["metadata"]["query"]
        assert query.startswith("sum(vllm:num_requests_waiting{")


def test_a_deployment_that_sleeps_wakes_on_what_the_gateway_holds(dev: RenderedSet) -> None:
    for scaled in dev.of_kind("ScaledObject"):
        assert scaled["spec"]["minReplicaCount"] == 0
        held = triggers(scaled)["held"]["metadata"]["query"]
        assert held.startswith("sum(headway_gateway_requests_held{")
        for name in ("inflight", "held"):
            assert "vllm:" not in triggers(scaled)[name]["metadata"]["query"]


def test_a_deployment_that_is_always_awake_needs_no_gateway_signal(prod: RenderedSet) -> None:
    for scaled in prod.of_kind("ScaledObject"):
        assert scaled["spec"]["minReplicaCount"] >= 1
        assert set(triggers(scaled)) == {"running", "waiting"}


def test_windows_outlast_a_cold_start(prod: RenderedSet, catalog) -> None:
    for planned in plan(load_environment("prod", catalog), catalog):
        scaled = prod.one("ScaledObject", planned.name.replace(".", "-"))["spec"]
        worst = planned.recipe.cold_start.worst_seconds
        down = scaled["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]
        assert down["stabilizationWindowSeconds"] >= worst
        assert scaled["cooldownPeriod"] >= worst
        assert scaled["initialCooldownPeriod"] >= worst


def test_one_becomes_ten_in_one_period(prod: RenderedSet) -> None:
    behavior = prod.one("ScaledObject", "llama-3-1-8b")["spec"]["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
    assert behavior["scaleUp"]["policies"] == [{"type": "Percent", "value": 900, "periodSeconds": 15}]


def test_the_scaler_of_a_group_names_the_group(prod: RenderedSet) -> None:
    assert prod.one("ScaledObject", "deepseek-r1")["spec"]["scaleTargetRef"] == {
        "apiVersion": "leaderworkerset.x-k8s.io/v1",
        "kind": "LeaderWorkerSet",
        "name": "deepseek-r1",
    }


@pytest.mark.parametrize(
    ("scaler", "kind", "address"),
    [("otel", "external", "keda-otel-scaler.keda.svc:4318"), ("kedify-otel", "kedify-otel", None)],
)
def test_the_trigger_is_one_that_the_installed_keda_has(tmp_path, catalog, scaler, kind, address) -> None:
    from conftest import RenderedSet as Rendered
    from headway.synth import synth

    file = tmp_path / "other.yaml"
    file.write_text(f"extends: base\nname: other\ncluster: {{keda: {{scaler: {scaler}}}}}\n")
    synth([str(file)], tmp_path / "out", catalog)
    scaled = Rendered(tmp_path / "out" / "dist" / "other").one("ScaledObject", "mistral-7b-awq")
    running = triggers(scaled)["running"]
    assert running["type"] == kind
    assert running["metadata"].get("scalerAddress") == address
    assert running["metadata"]["metricQuery"] == "sum(vllm:num_requests_running{model_name=mistral-7b-awq})"
