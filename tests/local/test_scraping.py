"""What a run reads from its processes: every metric that a trigger asks for, or a refusal."""

import shutil
from pathlib import Path

import pytest

from headway.catalog import load_catalog
from headway.local.faults import CannotRun
from headway.local.rendered import Law, read_rendered
from headway.local.scraping import wanted
from local_run import DEPLOYMENT, LocalRun, local_run, until

DIST = Path(__file__).parents[2] / "dist"
RENDERED = "sum(vllm:num_requests_waiting"


def rendered(tmp_path: Path, metric: str) -> list[Law]:
    """The laws of dev, whose triggers ask for another metric of the engine."""
    shutil.copytree(DIST / "dev", tmp_path / "dev")
    for file in tmp_path.glob("dev/*/ScaledObject.*.yaml"):
        file.write_text(file.read_text().replace(RENDERED, f"sum({metric}"))
    return [one.law for one in read_rendered(tmp_path / "dev", load_catalog()).deployments]


def test_series_are_those_of_the_triggers_and_of_the_page_by_their_whole_names(tmp_path: Path) -> None:
    series = wanted(rendered(tmp_path, "vllm:kv_cache_usage_perc"))
    exposed = b'vllm:kv_cache_usage_perc{model_name="a"} 0.5\nvllm:num_requests_waiting_by_reason{reason="b"} 1\n'
    assert series.findall(exposed) == [b'vllm:kv_cache_usage_perc{model_name="a"} 0.5']
    assert series.findall(b"headway_gateway_requests_held 2\n") == [b"headway_gateway_requests_held 2"]


@pytest.mark.parametrize("metric", ["vllm:gpu_cache_usage_perc", "kube_pod_info", "vllm:nothing"])
def test_a_metric_that_nothing_exposes_is_refused(tmp_path: Path, metric: str) -> None:
    with pytest.raises(CannotRun, match=f"asks for {metric}, which neither"):
        wanted(rendered(tmp_path, metric))


@pytest.mark.long
def test_a_trigger_on_another_metric_of_the_engine_is_answered(tmp_path: Path) -> None:
    rendered(tmp_path, "vllm:generation_tokens_total")
    with local_run(tmp_path / "runs", "--speed", "60", "--rendered", str(tmp_path)) as run:
        assert run.ask().result(60)[0] == 200
        until(lambda: run.in_flight() == 0 and value(run) >= 8 * 50, "tokens in the formula", 20)


def value(run: LocalRun) -> float:
    """What the formula gives now."""
    deployment = next(one for one in run.state()["deployments"] if one["name"] == DEPLOYMENT)
    return float(deployment["value"] or 0)
