"""The survey served on loopback, over a bucket that fails on demand."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from headway_gateway.metrics import Metrics
from headway_gateway.settings import Settings
from s3 import S3
from serving import Served, served

STORAGE_SECONDS = 4.0


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def settings(s3: S3) -> Settings:
    return Settings(responses_bucket=s3.bucket, s3_endpoint=s3.endpoint, storage_timeout_seconds=STORAGE_SECONDS)


@pytest.fixture
def patient(settings: Settings) -> Settings:
    """Where no bound is under test: a busy machine may take its time."""
    return settings.model_copy(update={"storage_timeout_seconds": 30})


@pytest.fixture
def serving(settings: Settings) -> Iterator[Served]:
    """The gateway, with its second port."""
    with served(settings) as where:
        yield where


@pytest.fixture
def gateway(serving: Served) -> str:
    """URL of the gateway."""
    return serving.url


@pytest.fixture
def answer() -> dict[str, Any]:
    """A lawful answer."""
    return {"id": str(uuid.uuid4()), "rating": 4, "company": "Example & Söhne", "nickname": "Ada"}
