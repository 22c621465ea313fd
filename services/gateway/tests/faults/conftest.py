"""What the fault suites share: scripted model servers and gateways in front of them.

A gateway takes a second to start, so tests share one where their faults leave nothing behind in it.
"""

from collections.abc import Iterator

import pytest

from faults.backend import Fleet, fleet
from faults.client import ask
from faults.gateway import GatewayProcess, gateway

UNREACHABLE = "http://127.0.0.1:9"
"""The discard port: nothing listens there."""
FIRST_BYTE_SECONDS = 1.5
IDLE_SECONDS = 1.0
CALLS_A_RETRY = 5


async def earn(running: GatewayProcess, retries: int) -> None:
    """Calls that pay for this many retries of the gateway's own, whatever was spent before."""
    for _ in range(retries * CALLS_A_RETRY):
        assert (await ask(running.port, "k=1")).served


@pytest.fixture(scope="session")
def servers() -> Iterator[Fleet]:
    """`a` and `b`."""
    with fleet() as running:
        running.add("a")
        running.add("b")
        yield running


@pytest.fixture(scope="session")
def patient(servers: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """A gateway that ejects nobody and limits nobody: `tiny` is served by one server, `pair` by two."""
    a, b = (server.url for server in servers.servers)
    models = [("tiny", [a]), ("pair", [a, b]), ("gone", [UNREACHABLE]), ("asleep", [])]
    with gateway(
        tmp_path_factory.mktemp("patient"),
        models,
        first_byte_timeout_seconds=FIRST_BYTE_SECONDS,
        idle_timeout_seconds=IDLE_SECONDS,
        ejection_failures=100,
        request_burst=1_000_000,
        token_burst=100_000_000,
        max_streams_per_client=10_000,
        hold_seconds=2,
        keep_alive_comment_seconds=0.5,
    ) as running:
        yield running
