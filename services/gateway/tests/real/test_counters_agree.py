"""What the gateway counts is what the engine behind it counts."""

import time
from contextlib import suppress

import openai

from model_servers import MODEL
from real.front import SPEED, Gateway, Vllm, chat, seconds_until, series

STREAMS = 5
BOUND_SECONDS = 10.0
TOKENS = {"prompt": "vllm:prompt_tokens_total{", "completion": "vllm:generation_tokens_total{"}
SAID_BY_STATUS = {"200": "success", "400": "error", "499": "aborted"}
"""The launcher's word for each of the gateway's statuses here."""
CLOCK_SECONDS = 0.02
"""Of rounding, an answer."""


def counted(in_front: Gateway, name: str, **labels: str) -> float:
    text = ",".join(f'{key}="{value}"' for key, value in sorted({"model": MODEL, **labels}.items()))
    return series(in_front.admin, f"headway_gateway_{name}{{{text}}}")


def refused(in_front: Gateway) -> None:
    """A prompt that only the engine's tokenizer can find too long."""
    with suppress(openai.BadRequestError):
        in_front.client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "word " * 3000}], max_tokens=5
        )


def test_tokens_are_those_that_the_engine_counted(in_front: Gateway, vllm: Vllm) -> None:
    before = {kind: series(vllm.base_url, name) for kind, name in TOKENS.items()}
    for tokens in (7, 30):
        list(chat(in_front.client, tokens))
    in_front.client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "hello"}], max_tokens=5, extra_body={"ignore_eos": True}
    )

    def agree() -> bool:
        return all(
            counted(in_front, "tokens_total", kind=kind) == series(vllm.base_url, name) - before[kind]
            for kind, name in TOKENS.items()
        )

    seconds_until(agree, BOUND_SECONDS)
    assert counted(in_front, "tokens_total", kind="completion") == 7 + 30 + 5


def test_the_time_to_a_first_token_lies_between_the_engines_and_the_clients(
    in_front: Gateway, vllm: Vllm, kind: str
) -> None:
    engines = "vllm:time_to_first_token_seconds_"
    sum_before, count_before = (series(vllm.base_url, f"{engines}{part}{{") for part in ("sum", "count"))
    clients = 0.0
    for _ in range(STREAMS):
        begun = time.monotonic()
        stream = chat(in_front.client, 5)
        next(iter(stream))
        clients += time.monotonic() - begun
        list(stream)
    seconds_until(lambda: series(vllm.base_url, f"{engines}count{{") == count_before + STREAMS, BOUND_SECONDS)
    measured = (series(vllm.base_url, f"{engines}sum{{") - sum_before) / (SPEED if kind == "simulated" else 1)
    assert counted(in_front, "ttft_seconds_count") == STREAMS
    slack = CLOCK_SECONDS * STREAMS
    assert measured - slack <= counted(in_front, "ttft_seconds_sum") <= clients + slack


def test_answers_refusals_and_leavings_are_counted_alike(in_front: Gateway, vllm: Vllm) -> None:
    names = {status: f'vllm_requests_total{{status="{said}"}}' for status, said in SAID_BY_STATUS.items()}
    before = {status: series(vllm.base_url, name) for status, name in names.items()}
    for _ in range(3):
        list(chat(in_front.client, 5))
    refused(in_front)
    for _ in range(2):
        leaving = chat(in_front.client, 900)
        next(iter(leaving))
        leaving.close()

    def over() -> bool:
        return sum(series(vllm.base_url, name) - before[status] for status, name in names.items()) == 6

    seconds_until(over, BOUND_SECONDS)
    found = {status: series(vllm.base_url, name) - before[status] for status, name in names.items()}
    assert {status: counted(in_front, "requests_total", status=status) for status in names} == found
    assert found["400"] == 1


def test_a_refusal_of_the_engine_is_no_error_of_the_gateway(in_front: Gateway) -> None:
    refused(in_front)
    assert counted(in_front, "requests_total", status="400") == 1
    assert series(in_front.admin, "headway_gateway_errors_total{") == 0
