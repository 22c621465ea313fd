"""What is rendered about metrics, held by the programs that read it: OpenTelemetry's collector and Prometheus."""

import re
import subprocess
import urllib.request
from pathlib import Path

import pytest
import yaml

from conftest import REPOSITORY, RenderedSet
from contracts.queries import Asked, of_alerts, of_dashboards, of_scalers
from headway.local.promql import read_query
from headway.local.samples import Samples
from headway.synth import synth
from local_run import LocalRun, until
from metrics_pipeline.pipeline import NAMESPACE, Pipeline, rendered_config

pytestmark = pytest.mark.long
KEDIFY = REPOSITORY / "tests" / "environments" / "valid" / "kedify-otel.yaml"
OURS = ("headway_gateway_", "vllm:")
ASLEEP = ("llama-2-7b-qlora", "mistral-7b-awq")
SETTLING_SECONDS = 60


def accepted(collector: Path, rendered: RenderedSet, folder: Path) -> None:
    """The collector itself reads the configuration, byte for byte as in the ConfigMap."""
    config = folder / "collector.yaml"
    config.write_text(rendered.one("ConfigMap", "metrics-collector")["data"]["collector.yaml"], encoding="utf-8")
    done = subprocess.run(
        [str(collector), "validate", f"--config={config}"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_collector_accepts_what_is_rendered(environment: RenderedSet, collector: Path, tmp_path: Path) -> None:
    accepted(collector, environment, tmp_path)


def test_it_accepts_what_is_rendered_for_the_other_scaler(collector: Path, tmp_path: Path) -> None:
    synth([str(KEDIFY)], tmp_path)
    accepted(collector, RenderedSet(tmp_path / "dist" / "kedify"), tmp_path)


def test_it_refuses_a_key_that_it_does_not_know(dev: RenderedSet, collector: Path, tmp_path: Path) -> None:
    config = rendered_config(dev)
    config["processors"]["memory_limiter"]["limit_mb"] = 400
    (tmp_path / "collector.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    done = subprocess.run(
        [str(collector), "validate", f"--config={tmp_path / 'collector.yaml'}"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "limit_mb" in done.stdout + done.stderr


def test_series_keep_their_names_and_say_where_they_come_from(pipeline: Pipeline) -> None:
    running = pipeline.prometheus.ask("vllm:num_requests_running")
    assert len(running) == len(pipeline.targets)
    assert {found["metric"]["namespace"] for found in running} == {NAMESPACE}
    assert len({found["metric"]["pod"] for found in running}) == len(pipeline.targets)


def test_nothing_but_what_is_kept_arrives(pipeline: Pipeline) -> None:
    names = {found["metric"]["__name__"] for found in pipeline.prometheus.ask('{job="model-server"}')}
    unasked = {name for name in names if not re.match(r"vllm[:_]|headway_model_server_", name)}
    assert unasked <= {  # what every scrape adds, and what remote write adds to every target
        "up",
        "scrape_duration_seconds",
        "scrape_samples_post_metric_relabeling",
        "scrape_samples_scraped",
        "scrape_series_added",
        "target_info",
    }
    assert "vllm:num_requests_waiting" in names


def test_every_trigger_gets_the_same_answer_from_prometheus_as_in_a_local_run(
    pipeline: Pipeline, run: LocalRun, dev: RenderedSet
) -> None:
    asked = list(of_scalers(dev))

    def both() -> list[tuple[str, float | None, float | None]]:
        samples = scraped(run, pipeline)
        return [
            (one.place, pipeline.prometheus.value(one.query), read_query(one.query)(samples.series)) for one in asked
        ]

    def agree() -> bool:
        return all(theirs == ours for _, theirs, ours in both())

    until(agree, f"agreement on {len(asked)} triggers", SETTLING_SECONDS)
    answers = [theirs for _, theirs, _ in both()]
    assert None not in answers
    assert any(answers), "with requests in work some trigger is above zero"


def scraped(run: LocalRun, pipeline: Pipeline) -> Samples:
    """What a local run reads of the same processes."""
    samples = Samples()
    for target in (run.reach["gateway_admin"], *(f"http://{address}" for address in pipeline.targets)):
        with urllib.request.urlopen(f"{target}/metrics", timeout=5) as answer:
            samples.scraped(target, answer.read().decode())
    return samples


def test_prometheus_evaluates_every_alert_and_every_panel(pipeline: Pipeline, environment: RenderedSet) -> None:
    asked = [*of_alerts(environment), *of_dashboards(environment)]
    assert len(asked) > 50
    assert [one.place for one in asked if elements(pipeline, one) is None] == []


def test_panels_over_the_gateway_and_the_engines_have_something_to_show(pipeline: Pipeline, dev: RenderedSet) -> None:
    """Of the gateway, and of the one model that is under load."""
    other = [f'"{model}"' for model in ASLEEP]
    ours = [
        one
        for one in of_dashboards(dev)
        if one.series()
        and all(name.startswith(OURS) for name in one.series())
        and not any(model in one.query for model in other)
    ]
    assert len(ours) > 10

    def blank() -> list[str]:
        return [one.place for one in ours if not elements(pipeline, one)]

    until(lambda: not blank(), f"something in {blank()}", SETTLING_SECONDS)


def elements(pipeline: Pipeline, one: Asked) -> int | None:
    """How many elements the answer has; None where Prometheus refuses the query."""
    try:
        return len(pipeline.prometheus.ask(one.query))
    except OSError:
        return None
