"""F8: the `openai` SDK repeats what fails, the gateway too; together they do not multiply."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from faults.backend import Fleet, fleet
from faults.client import ask
from faults.gateway import GatewayProcess, gateway

CALLS = 10
HITS_A_CALL = 1.2


@pytest.fixture(scope="module")
def calls() -> Counter[str]:
    """Calls that were made to this file's gateway: what was not used by one may be by the next."""
    return Counter()


@pytest.fixture(scope="module")
def two() -> Iterator[Fleet]:
    with fleet() as running:
        running.add("busy")
        running.add("broken")
        running.add("second")
        yield running


@pytest.fixture(scope="module")
def asked(two: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    models = [(server.name, [server.url]) for server in two.servers]
    folder = tmp_path_factory.mktemp("asked")
    with gateway(folder, models, request_burst=1_000_000, ejection_failures=100) as running:
        yield running


@pytest.fixture
def sdk(asked: GatewayProcess) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"http://127.0.0.1:{asked.port}/v1", api_key="any", timeout=20) as client:
        yield client


@pytest.mark.parametrize(
    ("model", "words", "stream"),
    [
        ("busy", "script=busy status=429", True),
        ("busy", "script=busy status=503", False),
        ("broken", "script=fails", True),
        ("broken", "script=dies_silent", False),
    ],
    ids=["429", "503", "500", "death"],
)
def test_retries_of_the_openai_sdk_are_not_multiplied(
    sdk: openai.OpenAI, two: Fleet, calls: Counter[str], model: str, words: str, stream: bool
) -> None:
    nonce = f"sdk-{words.replace(' ', '-').replace('=', '-')}-{stream}"
    sdk.chat.completions.create(model=model, messages=[{"role": "user", "content": "k=1"}])  # ends failures in a row
    message: Any = {"role": "user", "content": f"{words} nonce={nonce}"}
    calls["made"] += 1 + CALLS
    for _ in range(CALLS):
        with pytest.raises(openai.APIStatusError):
            sdk.chat.completions.create(model=model, messages=[message], stream=stream)
    assert two.hits[nonce] >= CALLS
    assert two.hits.total() <= HITS_A_CALL * calls["made"]


@pytest.mark.parametrize("script", ["fails", "html"], ids=["500", "no stream"])
def test_two_replicas_that_answer_badly_get_no_more_requests_together_than_one_would(
    two: Fleet, tmp_path: Path, script: str
) -> None:
    """What the gateway repeats is earned first, as what the SDK repeats."""
    urls = [server.url for server in two.servers[1:]]
    calls = 3 * CALLS
    message: Any = {"role": "user", "content": f"script={script} nonce=two-{script}"}
    with gateway(tmp_path, [("pair", urls)], request_burst=1_000_000, ejection_failures=100) as running:
        url = f"http://127.0.0.1:{running.port}/v1"
        with openai.OpenAI(base_url=url, api_key="any", timeout=20) as client:
            for _ in range(calls):
                with pytest.raises(openai.APIStatusError):
                    client.chat.completions.create(model="pair", messages=[message], stream=True)
        retried = running.metric("headway_gateway_retries_total", model="pair")
    assert retried >= 1
    assert calls < two.hits[f"two-{script}"] <= HITS_A_CALL * calls


@pytest.mark.parametrize("script", ["dies_silent", "dies_after_head"])
def test_what_died_with_its_replica_goes_elsewhere_at_once_and_the_sdk_does_not_repeat_it(
    two: Fleet, tmp_path: Path, script: str
) -> None:
    """Until both are ejected, which is soon."""
    urls = [server.url for server in two.servers[1:]]
    nonce, failures = f"dying-{script}", 4
    message: Any = {"role": "user", "content": f"script={script} nonce={nonce}"}
    with gateway(tmp_path, [("pair", urls)], request_burst=1_000_000, ejection_failures=failures) as running:
        url = f"http://127.0.0.1:{running.port}/v1"
        with openai.OpenAI(base_url=url, api_key="any", timeout=20) as client:
            for _ in range(failures):
                with pytest.raises(openai.APIStatusError):
                    client.chat.completions.create(model="pair", messages=[message], stream=True)
        assert running.metric("headway_gateway_retries_total", model="pair") == failures
        assert running.metric("headway_gateway_ejections_total", model="pair") == 2
        assert asyncio.run(ask(running.port, "k=1", model="pair")).code == "no_replica"
    assert two.hits[nonce] == 2 * failures


def test_the_openai_sdk_reads_an_error_inside_a_stream(sdk: openai.OpenAI, calls: Counter[str]) -> None:
    calls["made"] += 1
    message: Any = {"role": "user", "content": "script=dies_inside k=2"}
    with pytest.raises(openai.APIError, match="before its answer was complete"):
        list(sdk.chat.completions.create(model="busy", messages=[message], stream=True))
