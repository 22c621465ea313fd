"""Where the contract is checked, and what it is checked against.

`HEADWAY_CONTRACT_URL`  a server that runs already, such as a real vLLM; without it a simulated engine is started, once
                        by itself and once under the launcher
`HEADWAY_SAMPLES`       the folder of recorded answers; without it `shared/samples/vllm-0.32.0` beside the repository
"""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from contract.samples import samples_folder
from headway_model_server.simulated import SimulationOptions, running_in_thread
from model_servers import SimulatedVllm

RECORDED_WITH = ("tiny", "--max-model-len", "1024", "--max-num-seqs", "8", "--shutdown-timeout", "30")
"""How the recorded engine was started, as far as answers show it."""
TIMEOUT_SECONDS = 30.0


@pytest.fixture(scope="session")
def samples() -> Path:
    """The recorded answers."""
    return samples_folder()


STATED = os.environ.get("HEADWAY_CONTRACT_URL")


@pytest.fixture(scope="session", params=["stated"] if STATED else ["engine", "launcher"])
def base_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The server under test."""
    if STATED:
        yield STATED.rstrip("/")
        return
    if request.param == "launcher":
        with SimulatedVllm(options=("--speed", "50")) as server:
            yield server.base_url
        return
    options = SimulationOptions(
        RECORDED_WITH, "l4", speed=50.0, port=0, model_card="meta-llama/Llama-3.2-1B-Instruct", weights="16bit"
    )
    with running_in_thread(options) as engine:
        yield engine.url


@pytest.fixture(scope="session")
def client(base_url: str) -> Iterator[httpx2.Client]:
    """An HTTP client of the server under test; every wait is bounded."""
    with httpx2.Client(base_url=base_url, timeout=TIMEOUT_SECONDS, trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
def model(client: httpx2.Client) -> str:
    """The name that the server serves its model under."""
    return str(client.get("/v1/models").json()["data"][0]["id"])
