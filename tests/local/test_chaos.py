"""Faults on demand, under load: nothing that was accepted is lost, and nobody is told a lie."""

import json
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from local_run import BESIDE_A_REAL_ENGINE, DEPLOYMENT, HEADWAY, LocalRun, local_run, until

pytestmark = pytest.mark.long
ANSWERS = 12
MORE_THAN_TWO_RUN = 2 * 16 + 8
"""Requests that two replicas of 16 sequences cannot all have begun."""
DIST = Path(__file__).parents[2] / "dist"
SPEED = ("--speed", "30")


@pytest.fixture
def awake(tmp_path: Path) -> Iterator[LocalRun]:
    """A run with one replica ready."""
    with local_run(tmp_path, *SPEED, "--summary", str(tmp_path / "summary.json")) as run:
        assert run.ask().result(60)[0] == 200
        yield run


def rendered(folder: Path, before: str, after: str) -> str:
    """A copy of what is rendered, with one other line in the ScaledObject."""
    shutil.copytree(DIST / "dev", folder / "dist/dev")
    scaler = folder / f"dist/dev/{DEPLOYMENT}/ScaledObject.{DEPLOYMENT}.yaml"
    assert before in scaler.read_text()
    scaler.write_text(scaler.read_text().replace(before, after))
    return str(folder / "dist")


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


def test_an_engine_that_dies_beside_another_loses_no_request_whose_answer_had_not_begun(tmp_path: Path) -> None:
    two = rendered(tmp_path, "maxReplicaCount: 4", "maxReplicaCount: 2")
    with local_run(tmp_path, *SPEED, "--rendered", two, "--summary", str(tmp_path / "summary.json")) as run:
        first = run.grow(tokens=300)
        answers = [run.ask(tokens=100) for _ in range(40)]
        until(lambda: run.in_flight() >= MORE_THAN_TWO_RUN, "answers that wait behind others", 10)
        assert run.steer("chaos", fault="engine-crash")[0] == 200
        finished = [answer.result(90) for answer in (*first, *answers)]
        assert {status for status, _ in finished} == {200}
        cut = [body for _, body in finished if b"[DONE]" not in body]
        assert all(b'"content"' in body and b'"error"' in body for body in cut)
        assert run.gateway_metric("headway_gateway_retries_total") > 0
        assert summary(run)["requests"]["failed"] == len(cut)


def changes_while_metrics_are_lost(run: LocalRun) -> list[dict[str, Any]]:
    """Two replicas at work, whose metrics are lost for longer than any scaler is patient; their work ends meanwhile."""
    answers = run.grow(tokens=400)
    assert run.steer("chaos", fault="metric-loss")[0] == 200
    assert [answer.result(90)[0] for answer in answers] == [200] * len(answers)
    run.told("metrics are back", 60)
    return [event for event in run.events() if event["deployment"] == DEPLOYMENT and event["audit"]["metrics_lost"]]


def test_nothing_scales_down_while_metrics_are_lost(awake: LocalRun) -> None:
    lost = changes_while_metrics_are_lost(awake)
    assert [event for event in lost if event["to"] < event["from"]] == []
    assert awake.scaled_to(0, 60)["audit"]["metrics_lost"] is False
    assert summary(awake)["requests"]["failed"] == 0


def test_what_takes_no_answer_for_none_scales_down_while_metrics_are_lost(tmp_path: Path) -> None:
    gullible = rendered(tmp_path, 'ignoreNullValues: "false"', 'ignoreNullValues: "true"')
    with local_run(tmp_path, *SPEED, "--rendered", gullible) as run:
        lost = changes_while_metrics_are_lost(run)
    assert [event for event in lost if event["to"] < event["from"]] != []


def test_a_fault_that_is_at_work_is_not_begun_again(awake: LocalRun) -> None:
    for fault, back in (("s3-outage", "S3 answers again"), ("metric-loss", "metrics are back")):
        assert awake.steer("chaos", fault=fault)[0] == 200
        status, answer = awake.steer("chaos", fault=fault)
        assert status == 409
        assert "struck already, for another" in answer["error"]
        awake.told(back, 60)
        assert awake.steer("chaos", fault=fault)[0] == 200


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


def answer_seconds(run: LocalRun) -> float:
    """How long one answer takes that nothing delays."""
    began = time.monotonic()
    status, body = run.ask(tokens=60).result(90)
    assert status == 200
    assert b"[DONE]" in body
    return time.monotonic() - began


def test_a_slow_replica_delays_answers_and_loses_none(awake: LocalRun) -> None:
    before = min(answer_seconds(awake) for _ in range(3))
    assert awake.steer("chaos", fault="slow-replica")[0] == 200
    assert answer_seconds(awake) > 2 * before
    assert all(status == 200 and b"[DONE]" in body for status, body in asked(awake))
    assert summary(awake)["requests"]["failed"] == 0


def test_a_real_engine_is_not_slowed_but_another_replica(tmp_path: Path) -> None:
    server = str(Path(HEADWAY).with_name("headway-model-server"))
    words = (server, "--simulate", "--gpu", "a10g", "--model-card", "meta-llama/Llama-3.1-8B-Instruct")
    engine = [f"--engine={word}" for word in words]
    with local_run(tmp_path, *SPEED, *engine, program=BESIDE_A_REAL_ENGINE) as run:
        assert run.ask().result(60)[0] == 200
        status, answer = run.steer("chaos", fault="slow-replica")
        assert (status, answer["error"]) == (
            409, f"{DEPLOYMENT}-1 is a real engine, which cannot be slowed; wait for another replica"
        )  # fmt: skip
        run.grow(tokens=300)
        status, answer = run.steer("chaos", fault="slow-replica")
        assert status == 200
        assert answer["text"].startswith(f"every step of {DEPLOYMENT}-2 ")


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
