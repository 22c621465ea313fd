"""An engine that only a fork has, rendered: everything that meets it follows its contract."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import REPOSITORY, Manifest, RenderedSet
from headway.synth import synth

EXAMPLE = REPOSITORY / "docs" / "examples" / "own-backend.yaml"
FIXTURE = REPOSITORY / "tests" / "environments" / "valid" / "own-backend.yaml"


def rendered(path: Path, folder: Path) -> RenderedSet:
    synth([str(path)], folder)
    return RenderedSet(folder / "dist" / "own-backend")


@pytest.fixture(scope="module")
def tgi(tmp_path_factory: pytest.TempPathFactory) -> RenderedSet:
    """A backend with metrics on a port of their own."""
    return rendered(EXAMPLE, tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> RenderedSet:
    """A backend with metrics under a path of their own."""
    return rendered(FIXTURE, tmp_path_factory.mktemp("fixture"))


def engine(workload: Manifest) -> Manifest:
    container: Manifest = workload["spec"]["template"]["spec"]["containers"][0]
    return container


def scrape(found: RenderedSet) -> dict[str, Any]:
    config = yaml.safe_load(found.one("ConfigMap", "metrics-collector")["data"]["collector.yaml"])
    job: dict[str, Any] = config["receivers"]["prometheus"]["config"]["scrape_configs"][0]
    return job


def ports_from(policy: Manifest, component: str) -> list[int]:
    return [
        port["port"]
        for rule in policy["spec"]["ingress"]
        if rule["from"][0]["podSelector"]["matchLabels"].get("app.kubernetes.io/component") == component
        for port in rule["ports"]
    ]


def test_it_is_started_with_its_own_program_and_names(tgi: RenderedSet) -> None:
    container = engine(tgi.one("Deployment", "llama-3-1-8b"))
    assert container["command"] == ["text-generation-launcher"]
    text = " ".join(container["args"])
    for part in ("--model-id s3://", "--max-total-tokens 4096", "--port 3000", "--max-batch-prefill-tokens 8192"):
        assert part in text
    assert "--max-model-len" not in text
    assert container["args"][-1] == "--disable-grammar-support"
    assert "/acme/tgi-s3:3.3.6@" in container["image"]


def test_its_environment_is_its_own(tgi: RenderedSet) -> None:
    names = {one["name"]: one.get("value") for one in engine(tgi.one("Deployment", "llama-3-1-8b"))["env"]}
    assert names["HUGGINGFACE_HUB_CACHE"] == "/home/engine/.cache/hub"
    assert not [name for name in names if name.startswith("VLLM")]


def test_probes_ask_its_health_path_on_its_port(acme: RenderedSet) -> None:
    container = engine(acme.one("Deployment", "llama-3-1-8b"))
    assert container["ports"] == [{"containerPort": 5000, "name": "http", "protocol": "TCP"}]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"] == {"path": "/healthz", "port": "http", "scheme": "HTTP"}


def test_the_service_and_the_gateway_use_its_port(tgi: RenderedSet) -> None:
    service = tgi.one("Service", "llama-3-1-8b")
    assert [port["port"] for port in service["spec"]["ports"]] == [3000]
    upstreams = tgi.one("ConfigMap", "gateway-upstreams")["data"]["upstreams.json"]
    assert "http://llama-3-1-8b.headway-inference.svc:3000" in upstreams
    assert "http://llama-2-7b-qlora.headway-inference.svc:8000" in upstreams


def test_network_policies_open_its_ports_and_keep_the_others(tgi: RenderedSet) -> None:
    servers = tgi.one("NetworkPolicy", "model-server")
    assert ports_from(servers, "gateway") == [3000, 8000]
    assert ports_from(servers, "collector") == [8000, 9000]


def test_its_metrics_are_read_from_their_own_port_and_labelled(tgi: RenderedSet) -> None:
    rules = scrape(tgi)["relabel_configs"]
    assert {"http|metrics"} == {rule["regex"] for rule in rules if rule["source_labels"][0].endswith("port_name")}
    dropped = [rule for rule in rules if rule["action"] == "drop"]
    assert [rule["regex"] for rule in dropped] == ["(llama-3-1-8b|mistral-7b-awq);http"]
    assert [rule["regex"] for rule in rules if rule.get("target_label") == "headway_deployment"] == [
        "(llama-3-1-8b|mistral-7b-awq)"
    ]
    assert (
        scrape(tgi)["metric_relabel_configs"][0]["regex"] == "(vllm|sglang):.+|tgi_.+|headway_model_server_.+|vllm_.+"
    )


def test_its_metrics_are_read_from_their_own_path(acme: RenderedSet) -> None:
    paths = [rule for rule in scrape(acme)["relabel_configs"] if rule.get("target_label") == "__metrics_path__"]
    assert [(rule["regex"], rule["replacement"]) for rule in paths] == [("llama-3-1-8b", "/internal/metrics")]


def test_the_scaler_asks_for_its_series_by_the_label_that_the_collector_adds(
    tgi: RenderedSet, acme: RenderedSet
) -> None:
    triggers = tgi.one("ScaledObject", "llama-3-1-8b")["spec"]["triggers"]
    assert [trigger["metadata"]["query"] for trigger in triggers] == [
        'sum(tgi_batch_current_size{headway_deployment="llama-3-1-8b"})',
        'sum(tgi_queue_size{headway_deployment="llama-3-1-8b"})',
    ]
    otel = acme.one("ScaledObject", "llama-3-1-8b")["spec"]["triggers"]
    asked = [trigger["metadata"]["metricQuery"] for trigger in otel]
    assert "sum(acme_waiting{headway_deployment=llama-3-1-8b})" in asked


def test_the_shipped_engines_beside_it_keep_their_labels(tgi: RenderedSet) -> None:
    triggers = tgi.one("ScaledObject", "llama-2-7b-qlora")["spec"]["triggers"]
    assert triggers[0]["metadata"]["query"] == 'sum(vllm:num_requests_running{model_name="llama-2-7b-qlora"})'


def test_the_record_names_the_engines_that_were_not_chosen(tgi: RenderedSet) -> None:
    text = tgi.one("ConfigMap", "mistral-7b-awq-recipe")["data"]["recipe.yaml"]
    record = yaml.safe_load(text)
    assert record["chosen"]["engine"] == "tgi 3.3.6"
    assert record["others"]["g6.xlarge (1 × l4), awq, vllm"] == "costs the same and ranks behind"


def test_machines_of_one_replica_find_each_other_as_the_engine_wants(tmp_path: Path) -> None:
    path = tmp_path / "own-backend.yaml"
    path.write_text(
        "extends: base\nname: own-backend\nmodels: {deepseek-r1: {pin: {engine: sglang}}}\n", encoding="utf-8"
    )
    template = rendered(path, tmp_path).one("LeaderWorkerSet", "deepseek-r1")["spec"]["leaderWorkerTemplate"]
    ranks = {"leaderTemplate": "0", "workerTemplate": "$(LWS_WORKER_INDEX)"}
    for place, rank in ranks.items():
        container = template[place]["spec"]["containers"][0]
        text = " ".join(container["args"])
        assert text.endswith(f"--nnodes 2 --node-rank {rank} --dist-init-addr $(LWS_LEADER_ADDRESS):20000")
        assert not [one["name"] for one in container["env"] if one["name"].startswith("VLLM")]
