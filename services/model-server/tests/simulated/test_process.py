"""The real program and its signals; what needs no signal is in `test_lifecycle.py`."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from simulated.builders import CARD, chat_request, connection, listens, read_all, read_until
from simulated.waiting import until

START_SECONDS = 60


@contextmanager
def process(*engine_arguments: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The program and where it listens; killed by its own id when it is still there at the end."""
    command = [sys.executable, "-m", "headway_model_server.simulated", "--gpu", "l4", "--port", "0"]
    command += ["--model-card", CARD, "--weights", "16bit", "--", "tiny", "--max-model-len", "1024", *engine_arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as started:
        try:
            yield address(started), started
        finally:
            started.kill()


def address(started: "subprocess.Popen[str]") -> str:
    """Where it listens, as it says when it does."""
    assert started.stderr is not None
    for line in started.stderr:
        if match := re.search(r"Starting vLLM API server 0 on (\S+)", line):
            return match[1]
    raise AssertionError("it ended before it listened")


def test_with_time_to_shut_down_streams_finish_and_new_requests_get_500() -> None:
    with process("--shutdown-timeout", "30") as (url, started):
        with connection(url, chat_request(stream=True, max_tokens=60, ignore_eos=True)) as opened:
            read_until(opened, b'"content":""')
            os.kill(started.pid, signal.SIGTERM)
            until(lambda: httpx2.post(f"{url}/v1/completions", json={"prompt": "x"}).status_code == 500)
            assert httpx2.get(f"{url}/health").status_code == 200
            assert b"[DONE]" in read_until(opened, b"[DONE]")
        assert started.wait(START_SECONDS) == 0


def test_without_time_to_shut_down_a_stream_gets_nothing_more_and_no_end() -> None:
    with process() as (url, started):
        with connection(url, chat_request(stream=True, max_tokens=900, ignore_eos=True)) as opened:
            read_until(opened, b'"content":""')
            os.kill(started.pid, signal.SIGTERM)
            until(lambda: not listens(url))
            opened.settimeout(0.5)
            with pytest.raises(TimeoutError):
                read_all(opened)
            assert started.poll() is None
        assert started.wait(START_SECONDS) == 0
