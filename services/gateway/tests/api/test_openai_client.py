"""The official `openai` client against the gateway's process, unchanged."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openai
import pytest

from api.backend import Backend
from api.process import KEY, POOR_KEY, GatewayProcess, wait_for


def asks(text: str) -> Any:
    return [{"role": "user", "content": text}]


def test_a_chat_is_answered_with_its_usage(client: openai.OpenAI, backend: Backend) -> None:
    answer = client.chat.completions.create(model="tiny", messages=asks("say 4"), user="who I say I am")
    assert answer.choices[0].message.content == "w0 w1 w2 w3 "
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 4
    sent = backend.asked[-1]
    assert sent.body["max_completion_tokens"] == 2048
    assert len(sent.body["cache_salt"]) == 32
    assert "user" not in sent.body
    assert KEY not in str(sent.headers)


def test_a_chat_is_streamed_word_by_word(client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(
        model="tiny", messages=asks("say 5"), stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    words = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    assert words == ["w0 ", "w1 ", "w2 ", "w3 ", "w4 "]
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 5


def follows_up(client: openai.OpenAI, backend: Backend, first: Any, message: Any) -> dict[str, Any]:
    """A second turn as the SDK's pages write it; the answer's message as the model server got it back."""
    client.chat.completions.create(model="tiny", messages=[*first, message, *asks("say 1")])
    sent: dict[str, Any] = backend.asked[-1].body["messages"][1]
    return sent


@pytest.mark.parametrize("as_sent", [lambda message: message, lambda message: message.model_dump()], ids=["it", "dict"])
def test_an_answer_may_be_sent_back_with_the_next_question(
    client: openai.OpenAI, backend: Backend, as_sent: Callable[[Any], Any]
) -> None:
    message = client.chat.completions.create(model="tiny", messages=asks("say 2")).choices[0].message
    sent = follows_up(client, backend, asks("say 2"), as_sent(message))
    assert sent == {"role": "assistant", "content": "w0 w1 "}


def test_a_streamed_answer_may_be_sent_back_as_the_client_put_it_together(
    client: openai.OpenAI, backend: Backend
) -> None:
    with client.chat.completions.stream(model="tiny", messages=asks("say 2")) as stream:
        message = stream.get_final_completion().choices[0].message
    assert follows_up(client, backend, asks("say 2"), message) == {"role": "assistant", "content": "w0 w1 "}


def test_a_recorded_answer_may_be_sent_back(client: openai.OpenAI, backend: Backend, samples: Path) -> None:
    for file in sorted(samples.glob("chat*.json")):
        first = asks(f"recorded {file}")
        message = client.chat.completions.create(model="tiny", messages=first).choices[0].message
        assert follows_up(client, backend, first, message) == {"role": "assistant", "content": message.content}


def test_a_recorded_stream_may_be_sent_back(client: openai.OpenAI, backend: Backend, samples: Path) -> None:
    for file in sorted(samples.glob("chat*.sse")):
        first = asks(f"recorded {file}")
        with client.chat.completions.stream(model="tiny", messages=first) as stream:
            with contextlib.suppress(openai.LengthFinishReasonError):  # the recorded one ended at its bound
                stream.until_done()
            message = stream.current_completion_snapshot.choices[0].message
        assert follows_up(client, backend, first, message) == {"role": "assistant", "content": message.content}


def test_a_completion_is_answered_and_streamed(client: openai.OpenAI) -> None:
    assert client.completions.create(model="tiny", prompt="say 2").choices[0].text == "w0 w1 "
    streamed = client.completions.create(model="tiny", prompt="say 2", stream=True)
    assert "".join(chunk.choices[0].text for chunk in streamed) == "w0 w1 "


def test_models_are_listed_awake_or_asleep(client: openai.OpenAI) -> None:
    assert {model.id for model in client.models.list()} == {"tiny", "asleep"}


def test_every_answer_has_a_number_that_the_model_server_got_too(client: openai.OpenAI, backend: Backend) -> None:
    raw = client.chat.completions.with_raw_response.create(
        model="tiny", messages=asks("say 1"), extra_headers={"x-request-id": "10.0.0.1"}
    )
    number = raw.headers["x-request-id"]
    assert len(number) == 32
    assert backend.asked[-1].headers["x-request-id"] == number


def test_an_unknown_key_is_an_authentication_error(gateway: GatewayProcess) -> None:
    with (
        openai.OpenAI(base_url=gateway.url + "/v1", api_key="unknown", max_retries=0) as stranger,
        pytest.raises(openai.AuthenticationError) as refused,
    ):
        stranger.models.list()
    assert refused.value.code == "invalid_api_key"
    assert refused.value.request_id


@pytest.mark.parametrize(
    ("model", "text", "more", "error", "code"),
    [
        ("none", "say 1", {}, openai.NotFoundError, "model_not_found"),
        ("tiny", "say 1", {"n": 3}, openai.BadRequestError, "invalid_request"),
        ("tiny", "say 1", {"chat_template": "{{ x }}"}, openai.BadRequestError, "field_refused"),
        ("asleep", "say 1", {}, openai.InternalServerError, "no_replica"),
        ("tiny", "status 500", {}, openai.InternalServerError, "upstream_failed"),
        ("tiny", "x" * 300_000, {}, openai.APIStatusError, "body_too_large"),
        ("tiny", "status 422", {}, openai.UnprocessableEntityError, "422"),
    ],
    ids=["model", "bound", "field", "no replica", "broken", "too large", "model server's own"],
)  # fmt: skip
def test_an_error_is_the_clients_exception_with_a_stable_code(
    client: openai.OpenAI, model: str, text: str, more: dict[str, Any], error: type[openai.APIStatusError], code: object
) -> None:
    with pytest.raises(error) as refused:
        client.chat.completions.create(model=model, messages=asks(text), extra_body=more)
    assert refused.value.code == code
    assert refused.value.response.headers["x-request-id"]
    assert ("retry-after" in refused.value.response.headers) == (code == "no_replica")


def test_a_client_over_its_limit_is_told_when_and_served_then(gateway: GatewayProcess) -> None:
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=POOR_KEY, max_retries=0) as poor:
        ask = poor.chat.completions.create
        open_ = [ask(model="tiny", messages=asks("wait"), stream=True) for _ in range(9)]  # 2,049 tokens each of 20,000
        with pytest.raises(openai.RateLimitError) as refused:
            ask(model="tiny", messages=asks("say 1"))
        assert refused.value.code == "rate_limited"
        assert refused.value.response.headers["retry-after"] in ("1", "2")  # 491 tokens at 400 a second
        began = time.monotonic()
        patient = poor.with_options(max_retries=1)
        assert patient.chat.completions.create(model="tiny", messages=asks("say 1")).usage is not None
        assert time.monotonic() - began < 10
        for stream in open_:
            stream.close()


def test_a_client_that_leaves_a_stream_frees_the_model_server(
    client: openai.OpenAI, backend: Backend, gateway: GatewayProcess
) -> None:
    stream = client.chat.completions.create(model="tiny", messages=asks("wait here"), stream=True)
    assert next(iter(stream)).choices[0].delta.content == "first"
    stream.close()
    wait_for(lambda: "wait here" in backend.left)
    wait_for(lambda: gateway.metrics("headway_gateway_requests_in_flight")['model="tiny"'] == 0)
