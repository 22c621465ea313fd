"""One backend and one gateway process for all tests here."""

import os
from collections.abc import Iterator
from pathlib import Path

import openai
import pytest

import s3 as object_store
from api.backend import Backend, running_backend
from api.process import KEY, GatewayProcess, running_gateway

ORIGIN = "https://quiz.example"
REPOSITORY = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="session")
def samples() -> Path:
    """Recorded answers of vLLM: `HEADWAY_SAMPLES`, or the folder beside the repository."""
    stated = os.environ.get("HEADWAY_SAMPLES")
    place = Path(stated) if stated else REPOSITORY.parent / "shared" / "samples" / "vllm-0.32.0"
    if not place.is_dir():
        pytest.skip(f"no recorded answers at {place}: state HEADWAY_SAMPLES")
    return place


@pytest.fixture(scope="session")
def backend() -> Iterator[Backend]:
    with running_backend() as running:
        yield running


@pytest.fixture(scope="session")
def gateway(
    backend: Backend, moto_address: tuple[str, int], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GatewayProcess]:
    settings: dict[str, object] = {
        "hold_silent_seconds": 0,
        "hold_seconds": 0,
        "allowed_origins": f'["{ORIGIN}"]',
        "tokens_per_minute": 24_000,
        "token_burst": 20_000,
        "request_burst": 1_000_000,  # cases that are refused for what they say count too, and come faster than clients
    }
    folder = tmp_path_factory.mktemp("gateway")
    with object_store.bucket(moto_address) as store:
        settings |= {"s3_endpoint": store.endpoint, "responses_bucket": store.bucket, "presenter_clients": '["test"]'}
        with running_gateway(folder, backend.port, **settings) as running:
            yield running


@pytest.fixture
def client(gateway: GatewayProcess) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=KEY, max_retries=0, timeout=20) as made:
        yield made
