"""The same contract through `create_app` under another ASGI server, uvicorn."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import openai
import pytest
import uvicorn

from api.backend import Backend
from api.process import KEY, keys_file, upstreams_file, wait_for
from headway.domain.gateway_settings import GatewaySettings
from headway_gateway.app import create_app
from headway_gateway.gateway import Gateway


class Served:
    """The application under uvicorn in a thread."""

    def __init__(self, settings: GatewaySettings) -> None:
        self.app = create_app(settings)
        self._server = uvicorn.Server(uvicorn.Config(self.app, host="127.0.0.1", port=0, log_level="error"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self) -> None:
        self._thread.start()
        wait_for(lambda: self._server.started)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive()

    @property
    def url(self) -> str:
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}/v1"

    @property
    def gateway(self) -> Gateway:
        running: Gateway = self.app.state.gateway
        return running


@pytest.fixture(scope="module")
def served(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("asgi")
    settings = GatewaySettings(
        upstreams_file=upstreams_file(folder, backend.port), api_keys_file=keys_file(folder), hold_silent_seconds=0
    )
    made = Served(settings)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def client(served: Served) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=served.url, api_key=KEY, max_retries=0, timeout=20) as made:
        yield made


def ask(client: openai.OpenAI, text: str, model: str = "tiny") -> str | None:
    answer = client.chat.completions.create(model=model, messages=[{"role": "user", "content": text}])
    return answer.choices[0].message.content


def test_a_chat_is_answered(client: openai.OpenAI) -> None:
    assert ask(client, "say 2") == "w0 w1 "


def test_a_chat_is_streamed(client: openai.OpenAI) -> None:
    stream = client.completions.create(model="tiny", prompt="say 40", stream=True)
    assert "".join(chunk.choices[0].text for chunk in stream).endswith("w39 ")


@pytest.mark.parametrize(
    ("model", "text", "error", "code"),
    [
        ("none", "say 1", openai.NotFoundError, "model_not_found"),
        ("asleep", "say 1", openai.InternalServerError, "no_replica"),
        ("tiny", "status 500", openai.InternalServerError, "upstream_failed"),
        ("tiny", "x" * 300_000, openai.APIStatusError, "body_too_large"),
    ],
    ids=["model", "no replica", "broken", "too large"],
)
def test_an_error_is_the_same_as_at_the_native_door(
    client: openai.OpenAI, model: str, text: str, error: type[openai.APIStatusError], code: str
) -> None:
    with pytest.raises(error) as refused:
        ask(client, text, model)
    assert refused.value.code == code
    assert refused.value.request_id


def test_an_unknown_key_is_refused(served: Served) -> None:
    with (
        openai.OpenAI(base_url=served.url, api_key="unknown", max_retries=0) as stranger,
        pytest.raises(openai.AuthenticationError),
    ):
        ask(stranger, "say 1")


@pytest.mark.parametrize("text", ["wait asgi", "silent asgi"])
def test_a_client_that_leaves_frees_the_model_server_and_leaves_nothing_behind(
    served: Served, backend: Backend, text: str
) -> None:
    with openai.OpenAI(base_url=served.url, api_key=KEY, max_retries=0, timeout=0.5) as client:
        if text.startswith("wait"):
            stream = client.completions.create(model="tiny", prompt=text, stream=True)
            assert next(iter(stream)).choices[0].text == "first"
            stream.close()
        else:
            with pytest.raises(openai.APITimeoutError):
                client.completions.create(model="tiny", prompt=text)
    wait_for(lambda: text in backend.left)
    wait_for(lambda: served.gateway.relay.in_flight == 0)
    wait_for(lambda: not answering(served))


def answering(served: Served) -> list[str]:
    """Tasks that still answer a request."""
    loop = served.gateway.relay._loop
    return [str(task) for task in asyncio.all_tasks(loop) if "RequestResponseCycle.run_asgi" in str(task)]
