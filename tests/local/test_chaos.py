"""Faults on demand, under load: nothing that was accepted is lost, and nobody is told a lie."""

import json
import signal
import subprocess
import uuid
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from local_run import DEPLOYMENT, HEADWAY, LocalRun, local_run, until

pytestmark = pytest.mark.long
ANSWERS = 12
SPEED = ("--speed", "30")


@pytest.fixture
def awake(tmp_path: Path) -> Iterator[LocalRun]:
    """A run with one replica ready."""
    with local_run(tmp_path, *SPEED, "--summary", str(tmp_path / "summary.json")) as run:
        assert run.ask().result(60)[0] == 200
        yield run


def asked(run: LocalRun, tokens: int = 60) -> list[tuple[int, bytes]]:
    """What a dozen people who ask at once get."""
    return [answer.result(90) for answer in [run.ask(tokens) for _ in range(ANSWERS)]]


def in_flight(run: LocalRun, tokens: int = 150) -> list[Future[tuple[int, bytes]]]:
    """Answers that the gateway has admitted."""
    answers = [run.ask(tokens) for _ in range(ANSWERS)]
    until(lambda: run.in_flight() == ANSWERS, "answers that have begun", 10)
    return answers


def summary(run: LocalRun) -> dict[str, Any]:
    assert run.end() in (0, 1)
    return json.loads((run.runs / "summary.json").read_text())


def test_a_spot_interruption_loses_no_accepted_request_and_another_machine_takes_over(awake: LocalRun) -> None:
    answers = in_flight(awake)
    assert awake.steer("chaos", fault="spot-interruption")[0] == 200
    finished = [answer.result(90) for answer in answers]
    assert [status for status, _ in finished] == [200] * ANSWERS
    assert all(b"[DONE]" in body for _, body in finished)
    assert all(status == 200 and b"[DONE]" in body for status, body in asked(awake))
    found = summary(awake)
    assert found["requests"]["failed"] == 0
    assert found["nodes"]["launched"] >= 2


def test_a_killed_engine_tells_every_stream_that_it_cut_and_is_started_again(awake: LocalRun) -> None:
    answers = in_flight(awake, tokens=400)
    assert awake.steer("chaos", fault="engine-crash")[0] == 200
    finished = [answer.result(90) for answer in answers]
    cut = [body for status, body in finished if status == 200 and b"[DONE]" not in body]
    assert all(b'"error"' in body for body in cut)
    assert all(status in (200, 502, 503) for status, _ in finished)
    awake.told("and is started again", 10)
    until(lambda: awake.ask().result(90)[0] == 200, "an answer to one who asks again", 30)
    assert all(status == 200 and b"[DONE]" in body for status, body in asked(awake))
    assert summary(awake)["requests"]["failed"] == len(cut) + sum(status == 502 for status, _ in finished)


def test_nothing_scales_down_while_metrics_are_lost(awake: LocalRun) -> None:
    assert awake.steer("chaos", fault="metric-loss")[0] == 200
    answers = asked(awake)
    awake.told("metrics are back", 30)
    lost = [event for event in awake.events() if event["audit"]["metrics_lost"]]
    assert [event for event in lost if event["to"] < event["from"]] == []
    assert [event for event in awake.events() if event["deployment"] == DEPLOYMENT and event["to"] == 0] == []
    assert all(status == 200 for status, _ in answers)
    assert summary(awake)["requests"]["failed"] == 0


def test_an_answer_to_the_survey_is_acknowledged_only_when_it_is_stored(awake: LocalRun) -> None:
    answer = {"id": str(uuid.uuid4()), "rating": 5, "company": "Line & Sons"}
    assert awake.steer("chaos", fault="s3-outage")[0] == 200
    key = awake.reach["audience_key"]
    during, _ = awake.request("/api/survey/submit", answer, key)
    assert during == 503
    awake.told("S3 answers again", 20)
    after, _ = awake.request("/api/survey/submit", answer, key)
    assert after == 200
    again, _ = awake.request("/api/survey/submit", answer, key)
    assert again == 200
    found = summary(awake)
    assert found["surveys"]["stored"] == 1
    assert found["lost"] == []


def test_a_slow_replica_delays_answers_and_loses_none(awake: LocalRun) -> None:
    assert awake.steer("chaos", fault="slow-replica")[0] == 200
    assert all(status == 200 and b"[DONE]" in body for status, body in asked(awake))
    assert summary(awake)["requests"]["failed"] == 0


def test_a_fault_without_a_victim_is_refused_with_the_reason(tmp_path: Path) -> None:
    with local_run(tmp_path, *SPEED) as run:
        command = [HEADWAY, "chaos", "engine-crash", "--runs", str(run.runs)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 2
        assert "error: no replica is ready; ask for an answer first" in done.stderr


def test_ctrl_c_ends_it_as_sigterm_does(tmp_path: Path) -> None:
    with local_run(tmp_path, *SPEED) as run:
        family = run.children()
        run.process.send_signal(signal.SIGINT)
        assert run.process.wait(20) == 0
        assert not any(child.is_running() for child in family)
