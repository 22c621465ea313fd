"""What the gateway's suites share: an object store on loopback."""

from collections.abc import Iterator

import pytest

import s3 as object_store


@pytest.fixture(scope="session")
def moto_address() -> Iterator[tuple[str, int]]:
    with pytest.MonkeyPatch.context() as environment, object_store.moto() as address:
        for name, value in object_store.ENVIRONMENT.items():
            environment.setenv(name, value)
        yield address


@pytest.fixture
def s3(moto_address: tuple[str, int]) -> Iterator[object_store.S3]:
    with object_store.bucket(moto_address) as bucket:
        yield bucket
