"""k6 beside a run: one at a time, and its verdict told."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from headway.local.faults import CannotRun
from headway.local.load import k6
from local_run import HEADWAY, LocalRun, local_run, until

REPOSITORY = Path(__file__).parents[2]
FAST = ("--speed", "60")


@pytest.fixture(autouse=True)
def _needs_k6() -> None:
    try:
        k6(Path(HEADWAY).parent)
    except CannotRun as error:
        pytest.skip(f"{error}; {error.hint}")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """This repository's rendered environments and k6, with load scripts that a test may change."""
    copy = tmp_path / "repository"
    (copy / "tools").mkdir(parents=True)
    for linked in ("dist", ".cache"):
        (copy / linked).symlink_to(REPOSITORY / linked)
    shutil.copytree(REPOSITORY / "tools/load", copy / "tools/load")
    return copy


def players(run: LocalRun) -> list[psutil.Process]:
    """Every k6 of a run."""
    found = []
    for child in run.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if child.cmdline()[:1] == [k6(Path(HEADWAY).parent)]:
                found.append(child)
    return found


def load(run: LocalRun) -> dict[str, Any]:
    found: dict[str, Any] = run.state()["load"]
    return found


def test_two_pages_that_press_at_once_leave_one_k6_which_stop_ends(tmp_path: Path) -> None:
    with local_run(tmp_path, *FAST) as run, ThreadPoolExecutor(6) as pages:
        pressed = [pages.submit(run.steer, "load", profile=name) for name in ("spike", "soak", "tube-demo") * 2]
        assert [press.result(30)[0] for press in pressed] == [200] * 6
        assert len(until(lambda: players(run), "k6", 5)) == 1
        assert run.steer("load", profile="stop")[1]["running"] is False
        assert players(run) == []


@pytest.mark.long
def test_a_k6_that_is_stopped_or_killed_is_told_and_leaves_no_verdict_to_the_next_profile(tmp_path: Path) -> None:
    with local_run(tmp_path, *FAST) as run:
        run.steer("load", profile="soak")
        until(run.in_flight, "a request of k6", 10)
        stopped = run.steer("load", profile="stop")[1]
        assert (stopped["summary"]["profile"], stopped["stopped"], stopped["failure"]) == ("soak", True, None)
        run.told("load: k6 was stopped in soak", 5)
        run.steer("load", profile="spike")
        until(lambda: players(run), "k6", 5)[0].send_signal(signal.SIGKILL)
        run.told("load: k6 ended with exit code -9 in spike", 10)
        after = load(run)
        assert (after["profile"], after["summary"]) == ("spike", None)
        assert "exit code -9" in after["failure"]


@pytest.mark.long
def test_the_load_of_a_show_begins_its_clock_anew(tmp_path: Path) -> None:
    with local_run(tmp_path, "--speed", "600") as run:
        run.steer("mode", mode="clock")
        until(lambda: run.state()["mode"] == "survey", "minute 28", 10)
        assert run.steer("load", profile="tube-demo", speed=10)[0] == 400
        assert run.steer("load", profile="tube-demo")[0] == 200
        again = run.state()
        assert again["mode"] == "quiz"
        assert again["show_seconds"] < 28 * 60
        until(lambda: run.state()["mode"] == "survey", "minute 28", 10)
        assert run.steer("show-restart") == (200, {"mode": "quiz", "clock": True})


def headless(repository: Path, tmp_path: Path) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """A short run by itself with the spike; the process and its summary."""
    summary = tmp_path / "summary.json"
    command = [
        HEADWAY, "up", *FAST, "--headless", "--duration", "8", "--load", "spike",
        "--runs", str(tmp_path / "runs"), "--summary", str(summary),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=90, check=False)
    return done, json.loads(summary.read_text())


@pytest.mark.long
def test_a_crossed_threshold_ends_the_run_with_one_line_and_exit_code_1(repository: Path, tmp_path: Path) -> None:
    script = repository / "tools/load/headway.js"
    script.write_text(script.read_text().replace('http_req_duration: ["p(95)<60000"]', 'vus: ["value<0"]'))
    done, summary = headless(repository, tmp_path)
    assert done.returncode == 1
    assert "\nload: spike crossed the threshold of vus\n" in done.stderr
    assert summary["load_faults"] == ["spike crossed the threshold of vus"]
    assert summary["lost"] == []


@pytest.mark.long
def test_a_k6_that_dies_at_once_ends_the_run_with_its_last_words_and_exit_code_1(
    repository: Path, tmp_path: Path
) -> None:
    (repository / "tools/load/headway.js").write_text("throw new Error('no such line');")
    done, summary = headless(repository, tmp_path)
    assert done.returncode == 1
    assert "load: k6 ended with exit code 107 in spike" in done.stderr
    assert "no such line" in done.stderr
    assert summary["load"] is None


def test_load_that_cannot_be_made_is_refused_before_anything_starts(repository: Path, tmp_path: Path) -> None:
    (repository / ".cache").unlink()
    command = [HEADWAY, "up", "--load", "spike", "--runs", str(tmp_path / "runs")]
    environment = {"PATH": "/nothing"}
    done = subprocess.run(
        command, cwd=repository, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert done.stderr == "error: k6 is not installed\n\nhint: make load-tools puts it into .cache/load\n"


def demo(tmp_path: Path, **variables: str) -> tuple[int, dict[str, Any]]:
    """`make demo` without what it builds first; its exit code and its summary."""
    summary = tmp_path / "summary.json"
    environment = {**os.environ, "HEADLESS": "1", "SUMMARY": str(summary), **variables}
    done = subprocess.run(["tools/demo.sh"], cwd=REPOSITORY, env=environment, timeout=300, check=False)
    return done.returncode, json.loads(summary.read_text())


def expect_load_without_loss(code: int, summary: dict[str, Any], profile: str) -> None:
    assert (summary["lost"], summary["load_faults"], code) == ([], [], 0)
    assert summary["load"]["profile"] == profile
    assert summary["requests"]["failed"] == 0
    assert summary["requests"]["served"] >= summary["load"]["answers_whole"]["passes"] > 0


def test_a_headless_demo_plays_a_spike_and_ends_by_itself(tmp_path: Path) -> None:
    asked = time.time() - 100
    code, summary = demo(tmp_path, SPEED="60", DURATION="20", BEGAN=f"{asked:.0f}")
    expect_load_without_loss(code, summary, "spike")
    assert 100 < summary["first_answer_seconds"] < 100 + summary["wall_seconds"] + 2


@pytest.mark.long
def test_a_spike_at_the_speed_of_the_demo_loses_nothing(tmp_path: Path) -> None:
    expect_load_without_loss(*demo(tmp_path, DURATION="60"), profile="spike")


@pytest.mark.long
def test_a_soak_at_a_hundred_times_the_speed_loses_nothing(tmp_path: Path) -> None:
    expect_load_without_loss(*demo(tmp_path, LOAD="soak", SPEED="100", DURATION="90"), profile="soak")
