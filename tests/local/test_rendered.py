"""What a local run reads out of rendered manifests."""

import shutil
from pathlib import Path

import pytest

from headway.catalog import load_catalog
from headway.local.engine_command import engine_command
from headway.local.faults import CannotRun
from headway.local.gateway import gateway_start
from headway.local.keys import Keys
from headway.local.options import Options
from headway.local.probes import Probe
from headway.local.rendered import Rendered, read_rendered, upstream_entries
from headway.local.run_folder import RunFolder

DIST = Path(__file__).parents[2] / "dist"


@pytest.fixture(scope="module")
def dev() -> Rendered:
    return read_rendered(DIST / "dev", load_catalog())


def test_every_rendered_query_of_every_environment_is_understood() -> None:
    for environment in ("dev", "staging", "prod"):
        rendered = read_rendered(DIST / environment, load_catalog())
        assert all(len(one.law.triggers) >= 2 for one in rendered.deployments)


def test_a_deployment_carries_its_law_and_its_machines_by_weight_and_price(dev: Rendered) -> None:
    found = next(one for one in dev.deployments if one.name == "llama-3-1-8b")
    assert found.law.text == "(inflight + waiting + held * 2) * 50"
    assert (found.law.keda.min_replicas, found.law.keda.max_replicas) == (0, 4)
    first = found.offers[0]
    assert (first.pool, first.machine.name, first.capacity_type) == ("a10g-1x", "g5.2xlarge", "spot")
    assert [offer.capacity_type for offer in found.offers] == ["spot", "on-demand"]
    assert 140 < found.cold_starts["g5.2xlarge"].expected_seconds < 330


def test_scrape_intervals_are_those_of_the_collector_and_of_the_gateways_monitor(dev: Rendered) -> None:
    assert (dev.engines.interval_seconds, dev.gateway_scrape_seconds) == (2.0, 2.0)


def test_the_collector_lets_through_what_it_renders_and_every_engine_metric_of_a_trigger(dev: Rendered) -> None:
    assert dev.engines.passes("vllm:num_requests_waiting")
    assert not dev.engines.passes("python_gc_objects_collected_total")


def test_a_collector_that_drops_a_triggers_metric_leaves_the_scaler_without_it(tmp_path: Path) -> None:
    shutil.copytree(DIST / "dev", tmp_path / "dev")
    file = tmp_path / "dev/metrics/ConfigMap.metrics-collector.yaml"
    file.write_text(file.read_text().replace("(vllm|sglang):.+", "(sglang):.+"))
    assert not read_rendered(tmp_path / "dev", load_catalog()).engines.passes("vllm:num_requests_waiting")
    file.write_text(file.read_text().replace("(sglang):.+", "(sglang:.+"))
    with pytest.raises(CannotRun, match="unterminated subpattern"):
        read_rendered(tmp_path / "dev", load_catalog())


def test_the_upstreams_are_those_of_the_mounted_config_map(dev: Rendered) -> None:
    assert {model for entry in upstream_entries(dev.gateway) for model in entry["models"]} == {
        one.model for one in dev.deployments
    }


def test_an_engine_gets_the_rendered_arguments_with_a_port_of_this_machine(dev: Rendered) -> None:
    found = next(one for one in dev.deployments if one.name == "llama-3-1-8b")
    command = engine_command(Options(), found, "a10g", 4711, None, "launcher", real=False)
    engine = command[command.index("--") + 1 :]
    changed = [(before, now) for before, now in zip(found.arguments, engine, strict=True) if before != now]
    assert changed == [("0.0.0.0", "127.0.0.1"), ("8000", "4711")]  # noqa: S104


def test_probes_are_the_containers_own(dev: Rendered) -> None:
    found = next(one for one in dev.deployments if one.name == "llama-3-1-8b").probes
    assert found.start_seconds == 75 * 5
    assert found.readiness == Probe("/health", period_seconds=5, timeout_seconds=3, failure_threshold=2)
    assert found.liveness == Probe("/health", period_seconds=5, timeout_seconds=3, failure_threshold=6)
    assert dev.gateway.probes.liveness == Probe("/livez", period_seconds=5, timeout_seconds=2, failure_threshold=6)


def test_a_probe_that_asks_without_http_is_refused(tmp_path: Path) -> None:
    shutil.copytree(DIST / "dev", tmp_path / "dev")
    file = tmp_path / "dev/llama-3-1-8b/Deployment.llama-3-1-8b.yaml"
    text = file.read_text()
    asked = text[text.index("            httpGet:") : text.index("            periodSeconds:")]
    file.write_text(text.replace(asked, "            tcpSocket:\n              port: http\n"))
    with pytest.raises(CannotRun, match=r"startupProbe of container engine has no httpGet\.path"):
        read_rendered(tmp_path / "dev", load_catalog())


def test_a_query_that_is_not_understood_is_refused_and_not_guessed(tmp_path: Path) -> None:
    shutil.copytree(DIST / "dev", tmp_path / "dev")
    file = tmp_path / "dev/llama-3-1-8b/ScaledObject.llama-3-1-8b.yaml"
    file.write_text(file.read_text().replace("sum(vllm:num_requests_waiting", "max(vllm:num_requests_waiting"))
    with pytest.raises(CannotRun, match=r"ScaledObject\.llama-3-1-8b\.yaml: .* is not understood at 'max'"):
        read_rendered(tmp_path / "dev", load_catalog())


def test_a_deployment_that_nothing_scales_is_refused(tmp_path: Path) -> None:
    shutil.copytree(DIST / "dev", tmp_path / "dev")
    (tmp_path / "dev/llama-3-1-8b/ScaledObject.llama-3-1-8b.yaml").unlink()
    with pytest.raises(CannotRun, match="nothing scales llama-3-1-8b"):
        read_rendered(tmp_path / "dev", load_catalog())


def test_a_deployment_that_an_hpa_alone_scales_is_refused_with_its_place(tmp_path: Path) -> None:
    shutil.copytree(DIST / "dev", tmp_path / "dev")
    server = tmp_path / "dev/llama-3-1-8b"
    (server / "ScaledObject.llama-3-1-8b.yaml").unlink()
    hpa = (DIST / "dev/gateway/HorizontalPodAutoscaler.gateway.yaml").read_text()
    ours = hpa.replace("namespace: headway-gateway", "namespace: headway-inference")
    (server / "hpa.yaml").write_text(ours.replace("name: gateway", "name: llama-3-1-8b"))
    with pytest.raises(CannotRun, match=r"hpa\.yaml: an HPA alone scales llama-3-1-8b"):
        read_rendered(tmp_path / "dev", load_catalog())


def test_the_gateways_hpa_is_told_as_replaced(dev: Rendered, tmp_path: Path) -> None:
    (tmp_path / "headway-gateway").touch()
    folder = RunFolder.make(tmp_path, "dev")
    made = gateway_start(dev.gateway, folder, tmp_path, "127.0.0.1", (1, 2), "http://s3", [], Keys())
    assert (
        "replicas of the gateway: 1 process for 1 to 2 by HorizontalPodAutoscaler/gateway (no HPA is applied to it here)"
    ) in map(str, made.replacements)
