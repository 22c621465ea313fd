"""The gateway in front of vLLM, asked by the official client."""

import signal
from pathlib import Path

import openai
import pytest

from model_servers import MODEL
from real.front import Gateway, Vllm, a_server, chat, gateway, seconds_until, series

TRIES = 5
SEQUENCES = 8
"""As many as the engine runs together."""
FREED_SECONDS = {"real": 1.0, "simulated": 10.0}
"""A simulated engine is asked beside other work, and may be late; what was aborted is counted."""


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


def test_a_client_that_leaves_frees_the_engine_in_time(in_front: Gateway, vllm: Vllm, kind: str) -> None:
    over, aborted = "vllm_requests_total{", 'vllm_requests_total{status="aborted"}'
    for _ in range(TRIES):  # vLLM may keep both cores so busy that this client wakes when the answers are over
        over_before, aborted_before = series(vllm.base_url, over), series(vllm.base_url, aborted)
        streams = [chat(in_front.client, 900) for _ in range(SEQUENCES)]  # one alone would be over too soon
        for stream in streams:
            stream.close()
        took = seconds_until(lambda: series(vllm.base_url, over) == over_before + SEQUENCES, FREED_SECONDS[kind])  # noqa: B023
        left = series(vllm.base_url, aborted) - aborted_before
        print(f"engine free after {took:.2f} s, {left:g} of {SEQUENCES} were not over before")
        assert series(vllm.base_url, "vllm:num_requests_running{") == 0
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


def test_a_model_server_that_drains_finishes_what_it_has(kind: str, tmp_path: Path) -> None:
    with a_server(kind) as server, gateway(tmp_path, server.base_url) as started:
        stream = chat(started.client, 600)
        next(iter(stream))
        server.sigterm()
        assert list(stream)[-1].usage is not None
        with pytest.raises(openai.InternalServerError) as refused:
            chat(started.client, 5)
        assert refused.value.status_code == 503
        assert refused.value.response.headers["retry-after"]
