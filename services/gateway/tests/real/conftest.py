"""Everything here asks a simulated engine in `make test` and a real vLLM in `make e2e-vllm`, both under the launcher."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from real.front import Gateway, Vllm, a_server, gateway


@pytest.fixture(scope="module", params=["simulated", pytest.param("real", marks=pytest.mark.long)])
def kind(request: pytest.FixtureRequest) -> str:
    """`simulated` or `real`."""
    return str(request.param)


@pytest.fixture(scope="module")
def vllm(kind: str) -> Iterator[Vllm]:
    """A ready model server."""
    with a_server(kind) as server:
        yield server


@pytest.fixture
def in_front(vllm: Vllm, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway whose counters begin at zero."""
    with gateway(tmp_path, vllm.base_url) as started:
        yield started
