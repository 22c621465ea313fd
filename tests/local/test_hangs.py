"""Processes that hang rather than die: the rendered probes notice, and what hangs is started again."""

import contextlib
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local_run import DEPLOYMENT, LocalRun, local_run, until

pytestmark = pytest.mark.long
DIST = Path(__file__).parents[2] / "dist"
SPEED = ("--speed", "30")
NOTICED_SECONDS = 60


def rendered(folder: Path, kind: str, before: str, after: str) -> tuple[str, str]:
    """`--rendered` with a copy whose manifest of this kind says something else."""
    shutil.copytree(DIST / "dev", folder / "dist/dev")
    manifest = folder / f"dist/dev/{DEPLOYMENT}/{kind}.{DEPLOYMENT}.yaml"
    assert before in manifest.read_text()
    manifest.write_text(manifest.read_text().replace(before, after))
    return "--rendered", str(folder / "dist")


@pytest.fixture
def awake(tmp_path: Path) -> Iterator[LocalRun]:
    """A run with a replica that stays."""
    stays = rendered(tmp_path, "ScaledObject", "minReplicaCount: 0", "minReplicaCount: 1")
    with local_run(tmp_path, *SPEED, *stays) as run:
        assert run.ask().result(60)[0] == 200
        yield run


def process_of(run: LocalRun, program: str) -> psutil.Process:
    """The process that a program has become, not the leash above it; waits for it."""

    def found() -> psutil.Process | None:
        for child in run.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                words = " ".join(child.cmdline())
                if program in words and "leash.py" not in words:
                    return child
        return None

    process: psutil.Process = until(found, program, 60)
    return process


def test_a_replica_that_hangs_leaves_the_endpoints_and_is_started_again(awake: LocalRun) -> None:
    process_of(awake, "headway-model-server").suspend()
    awake.told(f"{DEPLOYMENT}-1 fails its liveness probe and is ended", NOTICED_SECONDS)
    assert awake.gateway_metric("headway_gateway_ready_replicas") == 0
    awake.told(f"{DEPLOYMENT}-1 ended with exit code", NOTICED_SECONDS)
    assert awake.ask().result(60)[0] == 200


def test_a_gateway_that_hangs_is_started_again(awake: LocalRun) -> None:
    process_of(awake, "headway-gateway").suspend()
    awake.told("gateway fails its liveness probe and is ended", NOTICED_SECONDS)
    awake.told("gateway ended with exit code", NOTICED_SECONDS)
    until(lambda: serves(awake), "the gateway", NOTICED_SECONDS)


def test_an_engine_that_does_not_answer_within_its_startup_probe_is_started_again(tmp_path: Path) -> None:
    short = rendered(tmp_path, "Deployment", "failureThreshold: 75", "failureThreshold: 4")
    with local_run(tmp_path, *SPEED, *short) as run:
        run.ask()
        process_of(run, "headway-model-server").suspend()
        run.told(f"{DEPLOYMENT}-1 does not answer its startup probe in time and is ended", NOTICED_SECONDS)
        until(lambda: run.ask().result(90)[0] == 200, "an answer", 120)


def serves(run: LocalRun) -> bool:
    try:
        with urllib.request.urlopen(run.reach["gateway"] + "/config", timeout=5) as config:
            return bool(config.status == 200)
    except OSError:
        return False
