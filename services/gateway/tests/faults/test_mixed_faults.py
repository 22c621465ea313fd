"""Every fault at once, short form: none of the answers hangs, each ends as its fault says."""

import math

import pytest

from faults.backend import Fleet, Visit
from faults.gateway import GatewayProcess, eventually
from faults.mix import FAULTS, draw, mixed

RUNS = 1000
SEED = 20261121


@pytest.mark.asyncio
async def test_of_many_faults_at_once_none_hangs_and_each_ends_as_it_should(
    patient: GatewayProcess, servers: Fleet
) -> None:
    tally = await mixed(patient.port, servers, draw(RUNS, SEED))
    assert tally.total("hung") == 0, tally.examples
    assert tally.total("wrong") == 0, tally.examples
    assert all(tally.ends[name].total() for name in FAULTS), "a fault was never drawn"
    assert 0 < tally.streamed < RUNS, "streams and whole answers"
    assert tally.freed, "nobody left"
    assert all(seconds < math.inf for seconds in tally.freed), "a model server was never freed"
    await eventually(lambda: patient.metric("headway_gateway_requests_in_flight") == 0, 3)
    await eventually(lambda: not still_open(servers), 3, "the end of every connection to a server that hangs")


def still_open(servers: Fleet) -> list[Visit]:
    """Requests that hang and whose connection the gateway has not closed."""
    return [visit for visit in servers.visits if visit.closed_at is None and visit.words.get("script") == "hangs"]
