"""Everything here asks a real vLLM; one of them runs at a time."""

from collections.abc import Iterator

import pytest

from model_servers import RealVllm


@pytest.fixture(scope="module")
def real_vllm() -> Iterator[RealVllm]:
    """A ready server; `base_url` is its address."""
    with RealVllm() as server:
        yield server
