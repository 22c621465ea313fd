"""A server answers as vLLM 0.32.0 did: status, headers, keys and their order, event sequence, errors, metrics.

The same class judges any server that speaks for vLLM; see `conftest.py`.
"""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from contract.expositions import Family, families
from contract.forms import Recorded, form, masked, parsed, stream_form

QUESTION = {"messages": [{"role": "user", "content": "Say something"}], "max_tokens": 5, "temperature": 1.0}
OWN_HEADER = "x-headway-simulated"
"""The one header that a simulated engine adds."""
JSON_HEADERS = {"content-type": "application/json"}


def ask(client: httpx2.Client, model: str, **over: Any) -> httpx2.Response:
    """A chat of five tokens, with `over` in place of its fields."""
    return client.post("/v1/chat/completions", json={"model": model, **QUESTION, **over})


def header_names(response: httpx2.Response) -> list[str]:
    """Names of the headers in their order, without the simulated engine's own."""
    return [name.decode().lower() for name, _ in response.headers.raw if name.decode().lower() != OWN_HEADER]


LAUNCHER_FAMILIES = ("headway_model_server_", "vllm_")
"""What the launcher adds to the engine's own `vllm:` families."""


def engine_families(client: httpx2.Client) -> dict[str, Family]:
    """The engine's families, without those that the launcher adds."""
    shown = families(client.get("/metrics").text)
    return {name: family for name, family in shown.items() if not name.startswith(LAUNCHER_FAMILIES)}


class TestVllmContract:
    """What clients, probes and scrapers rely on."""

    def test_a_chat_has_the_recorded_form(self, client: httpx2.Client, model: str, samples: Path) -> None:
        answer = ask(client, model)
        assert form(parsed(answer.content)) == form(parsed((samples / "chat.json").read_bytes()))

    def test_a_stream_has_the_recorded_events_in_order(self, client: httpx2.Client, model: str, samples: Path) -> None:
        answer = ask(client, model, stream=True, stream_options={"include_usage": True})
        assert stream_form(answer.content) == stream_form((samples / "chat-stream.sse").read_bytes())

    def test_a_stream_says_that_it_is_one(self, client: httpx2.Client, model: str) -> None:
        answer = ask(client, model, stream=True)
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert "content-length" not in answer.headers

    def test_a_stream_without_usage_names_the_fingerprint_in_its_last_chunk(
        self, client: httpx2.Client, model: str
    ) -> None:
        events = ask(client, model, stream=True).content.decode().split("\n\n")
        last = json.loads(events[-3].removeprefix("data: "))
        assert (list(last)[-1], events[-2]) == ("system_fingerprint", "data: [DONE]")

    def test_tokens_of_a_stream_are_counted_truthfully(self, client: httpx2.Client, model: str) -> None:
        whole = ask(client, model, ignore_eos=True, max_tokens=17).json()["usage"]
        assert (whole["completion_tokens"], whole["total_tokens"]) == (17, whole["prompt_tokens"] + 17)

    def test_each_of_several_choices_ends_once(self, client: httpx2.Client, model: str) -> None:
        lines = ask(client, model, stream=True, n=3).content.decode().split("\n\n")[:-2]
        choices = [choice for line in lines for choice in json.loads(line.removeprefix("data: "))["choices"]]
        assert sorted(choice["index"] for choice in choices if choice["finish_reason"]) == [0, 1, 2]

    def test_a_completion_has_the_keys_of_vllm(self, client: httpx2.Client, model: str) -> None:
        answer = client.post("/v1/completions", json={"model": model, "prompt": "Say", "max_tokens": 3})
        body = parsed(answer.content)
        assert (
            list(body)
            == (
                "id object created model choices service_tier system_fingerprint usage kv_transfer_params ec_transfer_params"
                " metrics"
            ).split()
        )
        assert (
            list(body["choices"][0])
            == (
                "index text logprobs finish_reason stop_reason token_ids prompt_logprobs prompt_token_ids routed_experts"
            ).split()
        )

    def test_a_streamed_completion_has_the_keys_of_vllm(self, client: httpx2.Client, model: str) -> None:
        asked = {"model": model, "prompt": "Say", "max_tokens": 3, "stream": True, "ignore_eos": True}
        first = client.post("/v1/completions", json=asked).content.split(b"\n\n")[0]
        body = parsed(first.removeprefix(b"data: "))
        assert list(body) == ["id", "object", "created", "model", "choices"]
        assert (
            list(body["choices"][0])
            == ("index text logprobs finish_reason stop_reason prompt_token_ids token_ids").split()
        )

    @pytest.mark.parametrize("name", ["models.json", "load.json", "version.json"])
    def test_a_page_has_the_recorded_form(self, client: httpx2.Client, samples: Path, name: str) -> None:
        path = "/v1/models" if name == "models.json" else f"/{name.removesuffix('.json')}"
        assert form(parsed(client.get(path).content)) == form(parsed((samples / name).read_bytes()))

    def test_health_has_the_recorded_status_headers_and_no_body(self, client: httpx2.Client, samples: Path) -> None:
        recorded, answer = Recorded(samples / "health.http"), client.get("/health")
        assert (answer.status_code, header_names(answer), answer.content) == (
            recorded.status, recorded.header_names, recorded.body.strip(),
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("name", "body"),
        [
            ("error-unknown-model", '{"model":"nope","messages":[{"role":"user","content":"x"}]}'),
            ("error-empty-messages", '{"model":"MODEL","messages":[]}'),
            ("error-too-long", '{"model":"MODEL","messages":[{"role":"user","content":"x"}],"max_tokens":5000}'),
            ("error-malformed", "{bad"),
        ],
    )
    def test_an_error_has_the_recorded_status_headers_and_words(
        self, client: httpx2.Client, model: str, samples: Path, name: str, body: str
    ) -> None:
        recorded = Recorded(samples / f"{name}.http")
        asked = body.replace("MODEL", model)
        answer = client.post("/v1/chat/completions", content=asked, headers=JSON_HEADERS)
        assert answer.status_code == recorded.status
        assert header_names(answer) == recorded.header_names
        assert masked(answer.content, model) == masked(recorded.body, "tiny")

    @pytest.mark.parametrize("name", ["metrics-after-load.txt", "metrics-under-load.txt"])
    def test_metrics_have_the_recorded_families_in_order(
        self, client: httpx2.Client, model: str, samples: Path, name: str
    ) -> None:
        ask(client, model)
        recorded, shown = families((samples / name).read_text()), engine_families(client)
        assert list(shown) == list(recorded)
        assert [(one.kind, one.help) for one in shown.values()] == [(one.kind, one.help) for one in recorded.values()]

    @pytest.mark.parametrize("name", ["metrics-after-load.txt", "metrics-under-load.txt"])
    def test_metrics_have_the_recorded_samples_labels_and_buckets(
        self, client: httpx2.Client, model: str, samples: Path, name: str
    ) -> None:
        ask(client, model)
        recorded = families((samples / name).read_text())
        shown = engine_families(client)
        assert {name: one.samples for name, one in shown.items()} == {
            name: one.samples for name, one in recorded.items()
        }

    def test_errors_fit_the_documented_schema(self, client: httpx2.Client, samples: Path) -> None:
        schema = json.loads((samples / "openapi.json").read_text())["components"]["schemas"]["ErrorInfo"]
        error = client.post("/v1/completions", json={"model": "nope", "prompt": "x"}).json()["error"]
        assert set(schema["required"]) <= set(error) <= set(schema["properties"])
