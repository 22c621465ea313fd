"""`headway up` with every process real, on loopback."""

import errno
import json
import socket
import subprocess
from pathlib import Path

import psutil
import pytest

from local_run import DEPLOYMENT, HEADWAY, MODEL, OPENER, LocalRun, local_run, until

FAST = ("--speed", "60")
"""A cold start of 140 s in about 3 s, a cooldown of 330 s in 6."""


def test_a_held_request_wakes_the_deployment_is_answered_and_the_deployment_sleeps_again(tmp_path: Path) -> None:
    summary = tmp_path / "summary.json"
    with local_run(tmp_path / "runs", *FAST, "--summary", str(summary)) as run:
        status, body = run.ask().result(60)
        assert status == 200
        assert b"data: [DONE]" in body
        woken, asleep = run.scaled_to(1, 10), run.scaled_to(0, 40)
        said = subprocess.run([HEADWAY, "why", "--runs", str(run.runs)], capture_output=True, text=True, check=True)
        assert run.end() == 0
    assert woken["audit"]["metrics"]["held"] == 1
    assert woken["audit"]["value"] == 150
    assert "ScalerActive" in woken["audit"]["keda"]
    assert "of a cooldown of 330 s" in asleep["audit"]["keda"]
    assert f"{DEPLOYMENT} went from 1 to 0" in said.stdout
    found = json.loads(summary.read_text())
    assert found["requests"] == {"offered": 1, "served": 1, "refused": 0, "failed": 0, "left": 0}
    assert found["replicas"]["max"] == 1
    assert found["usd"]["total"] > 0
    assert 0 < found["first_answer_seconds"] < found["wall_seconds"]


def test_two_runs_stand_side_by_side_and_neither_leaves_a_process_or_port_when_it_is_killed(tmp_path: Path) -> None:
    with local_run(tmp_path / "one", *FAST) as one, local_run(tmp_path / "two", *FAST) as two:
        answer = one.ask(tokens=2000)
        until(lambda: len(one.children()) >= 3, "a replica", 30)
        family = one.children()
        port = int(one.reach["gateway"].rsplit(":", 1)[1])
        one.kill()
        gone, alive = psutil.wait_procs(family, timeout=10)
        assert not alive
        assert len(gone) >= 3
        with socket.socket() as nobody:
            assert nobody.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED
        with OPENER.open(two.reach["gateway"] + "/config", timeout=5) as config:
            assert json.load(config) == {"mode": "quiz"}
        answer.exception(10)


def test_the_gateway_is_started_again_when_it_dies(tmp_path: Path) -> None:
    with local_run(tmp_path, *FAST) as run:
        gateway = next(child for child in run.children() if "headway-gateway" in " ".join(child.cmdline()))
        gateway.kill()
        run.told("gateway ended with exit code -9 and is started again", 10)
        until(lambda: _mode(run) == "quiz", "the gateway", 20)


def test_who_still_waits_at_the_end_of_a_run_is_told_so(tmp_path: Path) -> None:
    with local_run(tmp_path, "--speed", "1") as run:
        answer = run.ask()
        until(lambda: run.in_flight() == 1, "a held request", 10)
        run.end()
        status, body = answer.result(10)
    assert (status, json.loads(body)["error"]["code"]) == (503, "draining")


def test_the_presenter_turns_the_mode_and_the_gateway_follows(tmp_path: Path) -> None:
    with local_run(tmp_path, *FAST) as run:
        assert run.steer("mode", mode="survey") == (200, {"mode": "survey", "clock": False})
        until(lambda: _mode(run) == "survey", "the survey", 10)
        with OPENER.open(run.reach["control"] + "/runtime.json", timeout=5) as runtime:
            assert json.load(runtime)["model"] == MODEL  # not the first in the alphabet, which may sleep


def test_the_browser_opens_the_control_room_with_the_run_s_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, browser = tmp_path / "opened", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    with local_run(tmp_path / "runs", *FAST, "--open") as run:
        until(opened.is_file, "the browser", 10)
        run.told("look: nothing runs and nothing costs", 5)
        assert opened.read_text().startswith(f"{run.reach['control']}/control/#key=")


def test_nobody_steers_without_the_token(tmp_path: Path) -> None:
    with local_run(tmp_path, *FAST) as run:
        status, _ = run.request("/control/chaos", {"fault": "metric-loss"}, run.reach["audience_key"], control=True)
        assert status == 401


def test_a_port_that_is_taken_ends_it_with_one_line_and_the_remedy(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        base = taken.getsockname()[1]
        done = subprocess.run(
            [HEADWAY, "up", "--runs", str(tmp_path), "--port-base", str(base)],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert f"error: port {base} of 127.0.0.1 cannot be had" in done.stderr
    assert "hint: headway up --port-base N takes others" in done.stderr


def test_a_summary_that_could_not_be_written_is_refused_before_anything_starts(tmp_path: Path) -> None:
    command = [HEADWAY, "up", "--runs", str(tmp_path), "--summary", str(tmp_path / "none/summary.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "none/summary.json: its folder cannot be written" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_environment_that_is_not_rendered_ends_it_with_the_remedy(tmp_path: Path) -> None:
    command = [HEADWAY, "up", "--runs", str(tmp_path), "--env", "moon"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "hint: make synth renders every environment" in done.stderr


def _mode(run: LocalRun) -> str | None:
    try:
        with OPENER.open(run.reach["gateway"] + "/config", timeout=5) as config:
            mode: str = json.load(config)["mode"]
            return mode
    except OSError:
        return None
