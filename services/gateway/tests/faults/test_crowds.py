"""L1 to L4, short form: many streams at once, and more than the gateway takes. Figures are the benchmark's."""

import asyncio
from collections.abc import Iterator

import pytest

from faults.backend import Fleet
from faults.client import ask
from faults.gateway import GatewayProcess, eventually, gateway

pytestmark = pytest.mark.asyncio
STREAMS = 200
MOST_IN_FLIGHT = 50
EARLY_SECONDS = 1.0


@pytest.fixture(scope="module")
def narrow(servers: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    with gateway(
        tmp_path_factory.mktemp("narrow"),
        [("tiny", [servers.servers[0].url])],
        max_requests_in_flight=MOST_IN_FLIGHT,
        request_burst=1_000_000,
    ) as running:
        yield running


async def test_two_hundred_streams_at_once_arrive_whole_and_leave_nothing_behind(patient: GatewayProcess) -> None:
    await ask(patient.port, "k=1")
    before = patient.system.num_fds()
    answers = await asyncio.gather(*(ask(patient.port, "k=10 gap_ms=50", model="pair") for _ in range(STREAMS)))
    assert sum(answer.served for answer in answers) == STREAMS
    assert {answer.text for answer in answers} == {"".join(f"word{place} " for place in range(10))}
    await eventually(lambda: patient.metric("headway_gateway_requests_in_flight") == 0, 2)
    await eventually(lambda: patient.metric("headway_gateway_client_connections") == 0, 2)
    kept = STREAMS + 10
    assert patient.system.num_fds() - before <= kept, "more than the idle connections to model servers stays open"


async def test_what_is_above_the_bound_is_told_at_once_and_what_is_accepted_arrives_whole(
    narrow: GatewayProcess,
) -> None:
    answers = await asyncio.gather(*(ask(narrow.port, "k=20 gap_ms=50") for _ in range(STREAMS)))
    accepted = [answer for answer in answers if answer.status == 200]
    refused = [answer for answer in answers if answer.status != 200]
    assert len(accepted) >= MOST_IN_FLIGHT
    assert all(answer.served for answer in accepted)
    assert refused, "the bound was never reached"
    assert {(answer.status, answer.code) for answer in refused} == {(503, "overloaded")}
    assert all(1 <= int(answer.headers["retry-after"]) <= 120 for answer in refused)
    assert max(answer.seconds for answer in refused) < EARLY_SECONDS
