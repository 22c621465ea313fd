"""The model server's manifests: what would break it if it were otherwise."""

import pytest

from conftest import Manifest, RenderedSet
from headway.policies.quantities import mebibytes

DEPLOYMENTS = ("mistral-7b-awq", "llama-3-1-8b", "llama-2-7b-qlora", "llama-3-3-70b")


def engine(workload: Manifest) -> Manifest:
    return workload["spec"]["template"]["spec"]["containers"][0]


def seconds(probe: Manifest) -> int:
    return probe["periodSeconds"] * probe["failureThreshold"]


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_the_launcher_answers_on_the_engines_port_and_hands_it_its_arguments(prod: RenderedSet, name: str) -> None:
    container = engine(prod.one("Deployment", name))
    assert container["command"] == [
        *("headway-model-server", "--engine", "vllm"),
        *("--host", "0.0.0.0", "--port", "8000", "--"),  # noqa: S104  the pod's own address
    ]
    assert container["args"][0].startswith("s3://")
    assert container["args"][container["args"].index("--port") + 1] == "8000"


def test_the_image_carries_the_engines_version(environment: RenderedSet, catalog) -> None:
    images = {engine(workload)["image"] for workload in environment.of_kind("Deployment") if "gpu" in str(workload)}
    tags = {image.partition("@")[0].rpartition("/headway/")[2] for image in images if "model-server" in image}
    assert tags == {f"model-server-vllm:v{catalog.engines['vllm'].version}"}


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_startup_budget_outlasts_the_predicted_load_twice(prod: RenderedSet, name: str, catalog) -> None:
    from headway.environments import load_environment, plan

    planned = next(p for p in plan(load_environment("prod", catalog), catalog) if p.name.replace(".", "-") == name)
    budget = seconds(engine(prod.one("Deployment", name))["startupProbe"])
    assert budget >= 2 * planned.recipe.cold_start.worst_of("load", "compile", "ready")


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_rollout_may_take_longer_than_a_cold_start(prod: RenderedSet, name: str) -> None:
    workload = prod.one("Deployment", name)
    assert workload["spec"]["progressDeadlineSeconds"] > seconds(engine(workload)["startupProbe"])


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_grace_period_covers_pre_stop_and_drain(prod: RenderedSet, name: str) -> None:
    workload = prod.one("Deployment", name)
    container, pod = engine(workload), workload["spec"]["template"]["spec"]
    drain = int(container["args"][container["args"].index("--shutdown-timeout") + 1])
    pause = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert drain > 0
    assert pod["terminationGracePeriodSeconds"] > pause + drain


@pytest.mark.parametrize("name", ["mistral-7b-awq", "llama-3-1-8b", "llama-2-7b-qlora"])
def test_a_drain_on_spot_fits_the_two_minutes_of_notice(prod: RenderedSet, name: str) -> None:
    assert prod.one("Deployment", name)["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] <= 120


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_memory_limit_holds_shared_memory_and_stream_buffer(prod: RenderedSet, name: str) -> None:
    workload = prod.one("Deployment", name)
    container = engine(workload)
    limit = mebibytes(container["resources"]["limits"]["memory"])
    volumes = {volume["name"]: volume for volume in workload["spec"]["template"]["spec"]["volumes"]}
    shared = volumes["shm"]["emptyDir"]
    loader = container["args"][container["args"].index("--model-loader-extra-config") + 1]
    buffer = int(loader.split('"memory_limit":')[1].rstrip("}")) / 2**20
    assert shared["medium"] == "Memory"
    gpus = int(container["resources"]["limits"]["nvidia.com/gpu"])
    assert limit >= mebibytes(shared["sizeLimit"]) + gpus * buffer + 4096


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_probes_ask_health_on_the_port_of_the_api(prod: RenderedSet, name: str) -> None:
    container = engine(prod.one("Deployment", name))
    assert container["ports"] == [{"containerPort": 8000, "name": "http", "protocol": "TCP"}]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"] == {"path": "/health", "port": "http", "scheme": "HTTP"}


def test_a_t4_runs_in_half_precision_and_an_a10g_as_the_checkpoint_says(prod: RenderedSet) -> None:
    t4, a10g = engine(prod.one("Deployment", "mistral-7b-awq")), engine(prod.one("Deployment", "llama-3-1-8b"))
    assert t4["args"][t4["args"].index("--dtype") + 1] == "half"
    assert a10g["args"][a10g["args"].index("--dtype") + 1] == "auto"


def test_requests_and_limits_agree_where_they_must(environment: RenderedSet) -> None:
    for workload in environment.of_kind("Deployment"):
        for container in workload["spec"]["template"]["spec"]["containers"]:
            asked, limits = container["resources"]["requests"], container["resources"]["limits"]
            assert asked["memory"] == limits["memory"]
            assert "cpu" in asked
            assert "cpu" not in limits
            assert {k: v for k, v in asked.items() if "gpu" in k} == {k: v for k, v in limits.items() if "gpu" in k}


def test_service_links_are_off_everywhere(environment: RenderedSet) -> None:
    for workload in environment.of_kind("Deployment"):
        assert workload["spec"]["template"]["spec"]["enableServiceLinks"] is False


def test_two_machines_make_one_replica_of_the_multi_node_model(prod: RenderedSet) -> None:
    group = prod.one("LeaderWorkerSet", "deepseek-r1")["spec"]
    leader = group["leaderWorkerTemplate"]["leaderTemplate"]["spec"]["containers"][0]
    worker = group["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"][0]
    assert group["leaderWorkerTemplate"]["size"] == 2
    assert "replicas" not in group
    assert leader["args"][-6:] == ["--nnodes", "2", "--node-rank", "0", "--master-addr", "$(LWS_LEADER_ADDRESS)"]
    assert worker["args"][-1] == "--headless"
    assert leader["command"][0] == "headway-model-server"
    assert worker["command"] == ["vllm", "serve"], "a worker answers nobody: there is nothing to drain"
    assert "readinessProbe" in leader
    assert "readinessProbe" not in worker


def test_only_the_leader_is_behind_the_service(prod: RenderedSet) -> None:
    assert prod.one("Service", "deepseek-r1-api")["spec"]["selector"]["headway.dev/role"] == "leader"


def test_one_job_writes_the_compile_cache_and_servers_read_only(prod: RenderedSet) -> None:
    jobs = [job for job in prod.of_kind("Job") if job["metadata"]["name"].startswith("mistral-7b-awq-cache-")]
    assert len(jobs) == 1
    writer = jobs[0]["spec"]["template"]["spec"]["volumes"][-1]["persistentVolumeClaim"]
    reader = prod.one("Deployment", "mistral-7b-awq")["spec"]["template"]["spec"]["volumes"][-1][
        "persistentVolumeClaim"
    ]
    assert writer["claimName"] == reader["claimName"]
    assert reader["readOnly"] is True
    assert writer.get("readOnly") in (None, False)


def test_a_claim_that_holds_data_is_not_pruned_without_asking(prod: RenderedSet) -> None:
    for claim in [*prod.of_kind("PersistentVolumeClaim"), *prod.of_kind("Namespace")]:
        assert claim["metadata"]["annotations"]["argocd.argoproj.io/sync-options"] == "Prune=confirm,Delete=confirm"
