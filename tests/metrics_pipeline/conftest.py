"""The rendered metrics pipeline with its real programs; without them these tests are skipped, saying what builds them."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import RenderedSet
from local_run import MODEL, LocalRun, local_run, until
from metrics_pipeline.pipeline import Pipeline, collector_for, engines, prometheus_for

COLLECTOR = Path("build") / "bin" / "otel-collector"
REPLICAS = 2
STREAMS = 24
"""Open at once: more than two replicas of the rendered formula take, so that there is a queue to count."""
TOKENS = 2000
SURVEY = {"id": str(uuid.uuid4()), "rating": 5, "company": "Acme", "nickname": "Ada"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without the programs every test here is skipped before anything is started."""
    if reason := _missing(config.rootpath):
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=reason))


def _missing(repository: Path) -> str:
    if not (repository / COLLECTOR).exists():
        return "not built: make metrics-pipeline"
    return "" if shutil.which("prometheus") else "prometheus is not on PATH (apt-get install prometheus)"


@pytest.fixture(scope="session")
def collector(repository: Path) -> Path:
    """The program."""
    return repository / COLLECTOR


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRun]:
    """dev as local processes, under load that lasts."""
    with local_run(tmp_path_factory.mktemp("runs"), "--headless", "--duration", "600", "--speed", "20") as started:
        for _ in range(STREAMS):
            started.ask(TOKENS)
        key = started.reach["audience_key"]
        assert started.request("/v1/chat/completions", {"model": "nobody's"}, key)[0] == 400
        assert started.request("/api/survey/submit", SURVEY, key)[0] == 200
        until(lambda: len(engines(started).get(MODEL, [])) >= REPLICAS, f"{REPLICAS} replicas that serve", 90)
        yield started


@pytest.fixture(scope="module")
def pipeline(
    run: LocalRun, dev: RenderedSet, collector: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pipeline]:
    """Collector and Prometheus on what dev renders, scraping that run."""
    folder = tmp_path_factory.mktemp("pipeline")
    with (
        prometheus_for(dev, run, folder) as prometheus,
        collector_for(dev, run, prometheus, collector, folder) as whole,
    ):
        yield whole
