"""An engine that ends by itself takes the launcher with it, and says why."""

import http.client
import os
import select
import signal
from collections.abc import Iterator

import pytest

from model_servers import StandIn


def ask_it_to_die(server: StandIn, code: int) -> None:
    with pytest.raises((OSError, http.client.HTTPException)):
        server.ask("POST", "/v1/completions", {"max_tokens": 1, "die": code})


@pytest.fixture(scope="module")
def crashed() -> Iterator[StandIn]:
    with StandIn() as server:
        ask_it_to_die(server, 3)
        server.ended(10)
        yield server


def test_the_launcher_ends_with_the_code_of_the_engine(crashed: StandIn) -> None:
    assert crashed.process.returncode == 3


def test_the_log_says_why_with_the_last_lines_of_the_engine(crashed: StandIn) -> None:
    event = crashed.event("engine_ended_by_itself")
    assert event is not None
    assert event["code"] == 3
    assert any("init engine" in line for line in event["last_lines"])


def test_no_prompt_that_the_engine_logged_is_logged_again(crashed: StandIn) -> None:
    text = crashed.log.read_text()
    assert "Received request" in text
    assert "canary" not in text


def test_a_killed_engine_counts_as_128_and_the_signal() -> None:
    with StandIn() as server:
        started = server.event("engine_started")
        assert started is not None
        os.kill(started["pid"], signal.SIGKILL)
        assert server.ended(10) == 128 + signal.SIGKILL


def test_an_engine_does_not_outlive_a_killed_launcher() -> None:
    with StandIn() as server:
        started = server.event("engine_started")
        assert started is not None
        engine = os.pidfd_open(started["pid"])
        server.process.kill()
        ended, _, _ = select.select([engine], [], [], 10)
        os.close(engine)
        assert ended, "still there after 10 seconds"
