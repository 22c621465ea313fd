"""Argo CD's health checks, run as Argo CD runs them: Lua 5.1 with base and table libraries and nothing else."""

from pathlib import Path
from typing import Any

import pytest
import yaml

lupa = pytest.importorskip("lupa", reason="lupa runs the health checks; make setup installs it")

ARGOCD = Path(__file__).parents[2] / "argocd"
PREFIX = "resource.customizations.health."
CHECKS = sorted((ARGOCD / "health").glob("*.lua"))
ABSENT_IN_ARGO_CD = ("string", "io", "math", "debug", "coroutine", "dofile", "loadfile")


def rated(check: str, resource: dict[str, Any]) -> tuple[str, str]:
    """Status and message that the check of `<group>_<Kind>` gives a resource."""
    lua = _sandbox()
    lua.globals()["obj"] = _table(lua, resource)
    health = lua.execute((ARGOCD / "health" / f"{check}.lua").read_text())
    return health["status"], health["message"]


def a_condition(kind: str, status: str = "True", **fields: str) -> dict[str, str]:
    return {"type": kind, "status": status, **fields}


def an_application(**status: Any) -> dict[str, Any]:
    return {"metadata": {"name": "keda"}, "spec": {}, "status": status}


def a_leader_worker_set(replicas: int | None = 1, **status: Any) -> dict[str, Any]:
    spec = {} if replicas is None else {"replicas": replicas}
    return {"metadata": {"generation": 3}, "spec": spec, "status": status}


def a_scaled_object(*conditions: dict[str, str], **status: Any) -> dict[str, Any]:
    spec = {
        "fallback": {"failureThreshold": 3, "replicas": 2, "behavior": "currentReplicasIfHigher"},
        "triggers": [{"type": "prometheus", "name": "running"}, {"type": "prometheus", "name": "waiting"}],
    }
    return {"metadata": {"generation": 1}, "spec": spec, "status": {"conditions": list(conditions), **status}}


def an_inference_pool(*conditions: dict[str, str]) -> dict[str, Any]:
    parent = {"parentRef": {"name": "inference-gateway"}, "conditions": list(conditions)}
    return {"metadata": {}, "spec": {}, "status": {"parents": [parent]}}


def test_the_config_map_holds_every_check_word_for_word() -> None:
    data = yaml.safe_load((ARGOCD / "argocd-cm.yaml").read_text())["data"]
    held = {key.removeprefix(PREFIX): text for key, text in data.items() if key.startswith(PREFIX)}
    assert held == {file.stem: file.read_text() for file in CHECKS}


def test_every_value_of_the_config_maps_is_a_string() -> None:
    for name in ("argocd-cm", "argocd-notifications-cm"):
        config = yaml.safe_load((ARGOCD / f"{name}.yaml").read_text())
        assert config["metadata"]["name"] == name
        assert {key for key, value in config["data"].items() if not isinstance(value, str)} == set()


def test_every_notification_that_is_sent_has_a_template_and_every_subscription_a_trigger() -> None:
    data = yaml.safe_load((ARGOCD / "argocd-notifications-cm.yaml").read_text())["data"]
    sent = {
        name
        for key, text in data.items()
        if key.startswith("trigger.")
        for rule in yaml.safe_load(text)
        for name in rule["send"]
    }
    subscribed = {name for entry in yaml.safe_load(data["subscriptions"]) for name in entry["triggers"]}
    assert {f"template.{name}" for name in sent} == {key for key in data if key.startswith("template.")}
    assert {f"trigger.{name}" for name in subscribed} == {key for key in data if key.startswith("trigger.")}


def test_tokens_are_references_to_the_secret() -> None:
    data = yaml.safe_load((ARGOCD / "argocd-notifications-cm.yaml").read_text())["data"]
    assert data["service.slack"] == "token: $slack-token\n"
    webhook = yaml.safe_load(data["service.webhook.headway"])
    assert webhook["url"] == "$webhook-url"
    assert webhook["headers"][0]["value"] == "Bearer $webhook-token"


@pytest.mark.parametrize("check", CHECKS, ids=lambda file: file.stem)
def test_a_resource_without_status_is_progressing_and_says_what_is_awaited(check: Path) -> None:
    status, message = rated(check.stem, {"metadata": {"generation": 1}, "spec": {}})
    assert status == "Progressing"
    assert message


def test_a_child_application_passes_its_health_on() -> None:
    healthy = an_application(health={"status": "Healthy"}, operationState={"phase": "Succeeded"})
    assert rated("argoproj.io_Application", healthy) == ("Healthy", "")
    degraded = an_application(health={"status": "Degraded", "message": "pods crash"})
    assert rated("argoproj.io_Application", degraded) == ("Degraded", "pods crash")


def test_a_child_application_that_still_syncs_holds_its_wave_back() -> None:
    syncing = an_application(
        health={"status": "Healthy"}, operationState={"phase": "Running", "message": "waiting for hook"}
    )
    assert rated("argoproj.io_Application", syncing) == ("Progressing", "Syncing: waiting for hook")


@pytest.mark.parametrize("phase", ["Failed", "Error"])
def test_a_child_application_whose_sync_failed_is_degraded_whatever_still_runs(phase: str) -> None:
    failed = an_application(
        health={"status": "Healthy"}, operationState={"phase": phase, "message": "denied the request"}
    )
    assert rated("argoproj.io_Application", failed) == ("Degraded", "Last sync failed: denied the request")


def test_a_leader_worker_set_is_healthy_when_available() -> None:
    available = a_leader_worker_set(2, conditions=[a_condition("Available")], observedGeneration=3, readyReplicas=2)
    assert rated("leaderworkerset.x-k8s.io_LeaderWorkerSet", available) == ("Healthy", "2 of 2 groups ready")


def test_a_leader_worker_set_counts_its_groups_while_they_form() -> None:
    forming = a_leader_worker_set(None, conditions=[a_condition("Progressing"), a_condition("Available", "False")])
    assert rated("leaderworkerset.x-k8s.io_LeaderWorkerSet", forming) == ("Progressing", "0 of 1 groups ready")


def test_a_leader_worker_set_that_is_updated_is_progressing_though_available() -> None:
    conditions = [a_condition("Available"), a_condition("UpdateInProgress")]
    updating = a_leader_worker_set(2, conditions=conditions, readyReplicas=2, updatedReplicas=1)
    assert rated("leaderworkerset.x-k8s.io_LeaderWorkerSet", updating) == (
        "Progressing",
        "Updating, 1 groups new, 2 of 2 groups ready",
    )


def test_a_leader_worker_set_is_not_judged_by_an_older_generation() -> None:
    stale = a_leader_worker_set(1, conditions=[a_condition("Available")], observedGeneration=2)
    assert rated("leaderworkerset.x-k8s.io_LeaderWorkerSet", stale)[0] == "Progressing"


def test_a_leader_worker_set_scaled_to_zero_is_asleep_not_broken() -> None:
    asleep = a_leader_worker_set(0, conditions=[a_condition("Progressing")])
    assert rated("leaderworkerset.x-k8s.io_LeaderWorkerSet", asleep) == ("Healthy", "Asleep: no group wanted")


def test_a_ready_scaled_object_is_healthy_also_while_idle() -> None:
    idle = a_scaled_object(
        a_condition("Ready", message="ready for scaling"),
        a_condition("Active", "False"),
        a_condition("Fallback", "False"),
    )
    assert rated("keda.sh_ScaledObject", idle) == ("Healthy", "ready for scaling")


def test_a_scaled_object_in_fallback_says_so_and_names_the_trigger_that_fails() -> None:
    health = {
        "s0-prometheus": {"status": "Happy", "numberOfFailures": 0},
        "s1-prometheus": {"status": "Failing", "numberOfFailures": 4},
    }
    falling_back = a_scaled_object(a_condition("Ready"), a_condition("Fallback"), health=health)
    status, message = rated("keda.sh_ScaledObject", falling_back)
    assert status == "Degraded"
    assert message == (
        "Metrics are lost: runs on fallback replicas (2, currentReplicasIfHigher) and does not follow the load. "
        "Failing: waiting (4 failures)"
    )


def test_a_failing_trigger_without_a_name_of_its_own_keeps_kedas_name() -> None:
    falling_back = a_scaled_object(a_condition("Fallback"), health={"s7-external": {"status": "Failing"}})
    assert rated("keda.sh_ScaledObject", falling_back)[1].endswith("Failing: s7-external (0 failures)")


def test_a_scaled_object_that_keda_refuses_is_degraded_with_kedas_words() -> None:
    refused = a_scaled_object(a_condition("Ready", "False", message="target not found"), a_condition("Fallback"))
    assert rated("keda.sh_ScaledObject", refused) == ("Degraded", "target not found")


def test_a_paused_scaled_object_is_suspended() -> None:
    paused = a_scaled_object(a_condition("Ready"), a_condition("Paused", message="ScaledObject is paused"))
    assert rated("keda.sh_ScaledObject", paused) == ("Suspended", "ScaledObject is paused")


def test_a_scaled_object_of_unknown_readiness_is_progressing() -> None:
    assert rated("keda.sh_ScaledObject", a_scaled_object(a_condition("Ready", "Unknown")))[0] == "Progressing"


def test_an_inference_pool_is_healthy_once_its_gateway_accepts_it() -> None:
    accepted = an_inference_pool(a_condition("Accepted"), a_condition("ResolvedRefs"))
    assert rated("inference.networking.k8s.io_InferencePool", accepted) == ("Healthy", "Accepted by 1 gateway(s)")


def test_an_inference_pool_names_the_gateway_that_refuses_it() -> None:
    refused = an_inference_pool(
        a_condition("Accepted"), a_condition("ResolvedRefs", "False", message="no such service")
    )
    assert rated("inference.networking.k8s.io_InferencePool", refused) == (
        "Degraded",
        "inference-gateway: ResolvedRefs is False: no such service",
    )


def test_an_inference_pool_waits_for_a_gateway_that_has_not_decided() -> None:
    undecided = an_inference_pool(a_condition("Accepted", "Unknown"))
    assert rated("inference.networking.k8s.io_InferencePool", undecided) == (
        "Progressing",
        "Waiting for inference-gateway",
    )


def _sandbox() -> Any:
    try:
        from lupa import lua51 as lua_module
    except ImportError:
        lua_module = lupa
    lua = lua_module.LuaRuntime(register_eval=False, register_builtins=False)
    lua.execute('getmetatable("").__index = nil')
    for name in ABSENT_IN_ARGO_CD:
        lua.globals()[name] = None
    return lua


def _table(lua: Any, value: Any) -> Any:
    if isinstance(value, dict):
        return lua.table_from({key: _table(lua, child) for key, child in value.items()})
    if isinstance(value, list):
        return lua.table_from([_table(lua, child) for child in value])
    return value
