"""Requests that a client may send, wrong ones included: always an answer in vLLM's form, never a 5xx."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headway_model_server.simulated import SimulatedEngine
from headway_model_server.simulated.api.errors import ApiError
from headway_model_server.simulated.api.reading import Reader
from simulated.builders import CHAT, connection, read_until

READER = Reader(("tiny",), 1024)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    "model messages prompt max_tokens max_completion_tokens min_tokens n seed stop stream stream_options temperature top_p"
    " cache_salt echo ignore_eos".split()
)


def outcome(read: Callable[[], Any]) -> int:
    """The status that reading ends in."""
    try:
        read()
    except ApiError as error:
        return error.status
    return 200


@given(st.dictionaries(FIELDS, JSON))
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_any_object_is_a_call_or_an_error_of_the_client(body: dict[str, Any]) -> None:
    for read in (READER.chat, READER.completion):
        assert outcome(lambda read=read: read({**CHAT, **body})) in (200, 400, 404)  # type: ignore[misc]


@given(st.binary(max_size=40))
def test_any_bytes_are_an_object_or_an_error_of_the_client(raw: bytes) -> None:
    assert outcome(lambda: READER.body(raw, "application/json")) in (200, 400)


@pytest.mark.parametrize(
    ("fields", "param", "says"),
    [
        ({"n": 0}, "n", "n must be at least 1, got 0."),
        ({"n": 20_000}, "n", "n must be at most 16384"),
        ({"temperature": -1}, "temperature", "temperature must be non-negative, got -1."),
        ({"max_tokens": 0}, "max_tokens", "max_tokens must be at least 1, got 0."),
        ({"max_completion_tokens": 5000}, "max_completion_tokens", "max_completion_tokens=5000 cannot be greater"),
        (
            {"messages": [{"role": "user", "content": "x" * 9000}]},
            "input_tokens",
            "contains at least 1025 input tokens",
        ),
        ({"stream_options": {"include_usage": True}}, "stream_options", "can only be defined when `stream=True`"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, None, "takes text alone"),
        ({"messages": None}, "body.messages", "Field required"),
        ({"stream": "yes"}, "body.stream", "Input should be a valid boolean"),
        ({"stop": [""]}, "stop", "stop cannot contain an empty string"),
    ],
)
def test_a_wrong_field_is_named(client: httpx2.Client, fields: dict[str, Any], param: str | None, says: str) -> None:
    answer = client.post("/v1/chat/completions", json={**CHAT, **fields})
    error = answer.json()["error"]
    assert (answer.status_code, error["param"], says in error["message"]) == (400, param, True)


def test_another_content_type_is_refused(client: httpx2.Client) -> None:
    answer = client.post("/v1/chat/completions", content="{}", headers={"content-type": "text/plain"})
    assert answer.status_code == 400


def test_an_unknown_path_has_the_shape_of_an_error(client: httpx2.Client) -> None:
    answer = client.get("/v2/chat")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, 404)


def test_every_answer_says_that_it_is_simulated(client: httpx2.Client) -> None:
    paths = ["/health", "/metrics", "/nowhere", "/v1/models"]
    assert {client.get(path).headers["x-headway-simulated"] for path in paths} == {"true"}


def test_so_does_the_answer_to_what_is_no_http(engine: SimulatedEngine) -> None:
    with connection(engine.url, b"no HTTP\r\n\r\n") as opened:
        assert b"\r\nx-headway-simulated: true\r\n" in read_until(opened, b"\r\n\r\n")


def test_tokens_and_text_are_turned_into_each_other(client: httpx2.Client) -> None:
    tokens = client.post("/tokenize", json={"prompt": "hello wörld"}).json()
    assert tokens["count"] == len(tokens["tokens"]) == 3
    assert client.post("/detokenize", json={"tokens": tokens["tokens"]}).json() == {"prompt": "hello wörld"}


def test_several_prompts_are_several_choices_and_echo_repeats_them(client: httpx2.Client) -> None:
    asked = {"prompt": ["one ", "two "], "max_tokens": 2, "n": 2, "echo": True, "ignore_eos": True}
    choices = client.post("/v1/completions", json=asked).json()["choices"]
    assert [(choice["index"], choice["text"][:4]) for choice in choices] == [
        (0, "one "), (1, "one "), (2, "two "), (3, "two "),
    ]  # fmt: skip


def test_a_completion_has_sixteen_tokens_unless_it_says_otherwise(client: httpx2.Client) -> None:
    usage = client.post("/v1/completions", json={"prompt": [1, 2, 3]}).json()["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"]) == (3, 16)


def test_the_same_question_gets_the_same_answer_streamed_or_not(client: httpx2.Client) -> None:
    whole = client.post("/v1/chat/completions", json={**CHAT, "max_tokens": 9}).json()
    lines = client.post("/v1/chat/completions", json={**CHAT, "max_tokens": 9, "stream": True}).text.split("\n\n")
    deltas = [json.loads(line[6:])["choices"][0]["delta"]["content"] for line in lines if line and "[DONE]" not in line]
    assert "".join(deltas) == whole["choices"][0]["message"]["content"]


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_an_answer_asked_longer_than_the_context_leaves_ends_with_the_context(
    client: httpx2.Client, field: str
) -> None:
    answer = client.post("/v1/chat/completions", json={**CHAT, field: 1024, "ignore_eos": True})
    assert (answer.status_code, answer.json()["usage"]["total_tokens"]) == (200, 1024)
