"""The gateway in front of a real vLLM on the CPU, asked by the official client."""

import hashlib
import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import openai
import pytest

from model_servers import MODEL, RealVllm

pytestmark = pytest.mark.long
KEY = "an-applications-key"
COMMAND = Path(sys.executable).parent / "headway-gateway"
START_SECONDS = 60
ANSWER_SECONDS = 120
TRIES = 5
SEQUENCES = 8
"""As many as the engine runs together."""


@pytest.fixture(scope="module")
def vllm() -> Iterator[RealVllm]:
    with RealVllm() as server:
        yield server


class Gateway:
    """A gateway process; its ports are in the line it prints when it serves."""

    def __init__(self, process: "subprocess.Popen[str]", line: str) -> None:
        self.process = process
        self.url, self.admin = (word.rstrip(",") for word in line.split() if word.startswith("http://"))
        self.client = openai.OpenAI(base_url=f"{self.url}/v1", api_key=KEY, timeout=ANSWER_SECONDS, max_retries=0)


@contextmanager
def gateway(folder: Path, upstream: str) -> Iterator[Gateway]:
    """A gateway with one key in front of one model server."""
    (folder / "keys").write_text(f"application:{hashlib.sha256(KEY.encode()).hexdigest()}\n")
    upstreams = folder / "upstreams.json"
    upstreams.write_text(json.dumps([{"url": upstream, "models": [MODEL], "context_tokens": 1024}]))
    process = subprocess.Popen(
        [str(COMMAND), "--port", "0", "--admin-port", "0", "--upstreams", str(upstreams)],
        env={"HEADWAY_GATEWAY_API_KEYS_FILE": str(folder / "keys"), "HEADWAY_GATEWAY_DRAIN_SECONDS": "60"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        yield Gateway(process, process.stderr.readline())
    finally:
        process.kill()
        process.wait(10)


@pytest.fixture
def in_front(vllm: RealVllm, tmp_path: Path) -> Iterator[Gateway]:
    with gateway(tmp_path, vllm.base_url) as started:
        yield started


def series(vllm: RealVllm, start: str) -> float:
    """The sum of the samples that begin so."""
    text = urllib.request.urlopen(f"{vllm.base_url}/metrics", timeout=10).read().decode()
    return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(start))


def seconds_until(condition: Callable[[], bool], bound: float) -> float:
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < bound
        time.sleep(0.02)
    return time.monotonic() - begun


def chat(client: openai.OpenAI, tokens: int) -> "openai.Stream[openai.types.chat.ChatCompletionChunk]":
    return client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "go on"}],
        max_tokens=tokens,
        stream=True,
        stream_options={"include_usage": True},
        extra_body={"ignore_eos": True},
    )


def test_models_and_a_plain_answer_and_a_completion(in_front: Gateway) -> None:
    assert [model.id for model in in_front.client.models.list()] == [MODEL]
    answer = in_front.client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "hello"}], max_tokens=5
    )
    assert answer.usage is not None
    assert answer.usage.completion_tokens <= 5
    completion = in_front.client.completions.create(model=MODEL, prompt="once", max_tokens=5)
    assert completion.choices[0].finish_reason in ("length", "stop")


def test_a_request_that_states_no_length_may_fill_the_context(in_front: Gateway) -> None:
    answer = in_front.client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "hello"}], extra_body={"ignore_eos": True}
    )
    assert answer.usage is not None
    assert answer.usage.total_tokens == 1024


def test_a_stream_is_whole(in_front: Gateway) -> None:
    chunks = list(chat(in_front.client, 100))
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 100


def test_a_client_that_leaves_frees_the_engine_within_a_second(in_front: Gateway, vllm: RealVllm) -> None:
    over, aborted = "vllm_requests_total{", 'vllm_requests_total{status="aborted"}'
    for _ in range(TRIES):  # vLLM may keep both cores so busy that this client wakes when the answers are over
        over_before, aborted_before = series(vllm, over), series(vllm, aborted)
        streams = [chat(in_front.client, 900) for _ in range(SEQUENCES)]  # one alone would be over too soon
        for stream in streams:
            stream.close()
        took = seconds_until(lambda: series(vllm, over) == over_before + SEQUENCES, 1.0)  # noqa: B023
        left = series(vllm, aborted) - aborted_before
        print(f"engine free after {took:.2f} s, {left:g} of {SEQUENCES} were not over before")
        assert series(vllm, "vllm:num_requests_running{") == 0
        if left:
            return
    pytest.fail(f"{TRIES} times every answer was over before its client left")


def test_sigterm_lets_streams_finish(in_front: Gateway) -> None:
    streams = [chat(in_front.client, 300) for _ in range(4)]
    begun = [next(iter(stream)) for stream in streams]
    in_front.process.send_signal(signal.SIGTERM)
    ends = [list(stream)[-1].usage for stream in streams]
    assert len(begun) == 4
    assert [usage.completion_tokens for usage in ends if usage is not None] == [300] * 4
    assert in_front.process.wait(30) == 0


def test_the_engines_own_refusal_reaches_the_client(in_front: Gateway) -> None:
    with pytest.raises(openai.BadRequestError):
        in_front.client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "word " * 3000}], max_tokens=5
        )


def test_a_model_server_that_drains_finishes_what_it_has(tmp_path: Path) -> None:
    with RealVllm() as server, gateway(tmp_path, server.base_url) as started:
        stream = chat(started.client, 600)
        next(iter(stream))
        server.sigterm()
        assert list(stream)[-1].usage is not None
        with pytest.raises(openai.InternalServerError) as refused:
            chat(started.client, 5)
        assert refused.value.status_code == 503
        assert refused.value.response.headers["retry-after"]
