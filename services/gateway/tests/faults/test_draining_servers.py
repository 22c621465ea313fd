"""F8, F10: a model server that is busy, and one that is on its way out, are left alone and nobody is worse off."""

import asyncio
from collections.abc import Iterator

import pytest

from faults.backend import Fleet, fleet
from faults.client import ask
from faults.gateway import GatewayProcess, gateway


@pytest.fixture(scope="module")
def three() -> Iterator[Fleet]:
    with fleet() as running:
        running.add("stays")
        running.add("goes")
        running.add("goes too")
        yield running


@pytest.fixture(scope="module")
def choosing(three: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    stays, goes, goes_too = (server.url for server in three.servers)
    models = [("pair", [stays, goes]), ("busy", [stays]), ("broken", [goes]), ("trio", [goes, goes_too, stays])]
    with gateway(
        tmp_path_factory.mktemp("choosing"),
        models,
        request_burst=1_000_000,
        ejection_failures=100,
        ejection_seconds=60,
    ) as running:
        yield running


@pytest.mark.asyncio
@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("status", [429, 503])
async def test_busy_is_passed_on_with_its_retry_after(choosing: GatewayProcess, status: int, stream: bool) -> None:
    after = 7 if status == 429 else 0
    answer = await ask(choosing.port, f"script=busy status={status} after={after}", model="busy", stream=stream)
    assert (answer.status, answer.headers["retry-after"]) == (status, str(after))
    assert (answer.error or {})["message"] == "too much to do"


@pytest.mark.asyncio
async def test_a_model_server_that_is_going_gets_no_further_request_and_nobody_notices(
    choosing: GatewayProcess, three: Fleet
) -> None:
    under_way = [asyncio.create_task(ask(choosing.port, "k=60 gap_ms=10 nonce=open", model="pair")) for _ in range(10)]
    await asyncio.sleep(0.1)
    three.draining.add("goes")
    try:
        answers = [await ask(choosing.port, f"k=2 nonce=new{number}", model="pair") for number in range(40)]
    finally:
        three.draining.clear()
    assert all(answer.served for answer in answers)
    assert all(answer.served for answer in await asyncio.gather(*under_way))
    refused = [visit for visit in three.visits if visit.nonce.startswith("new") and visit.server == "goes"]
    assert len(refused) <= 1, "it was asked again after it had said that it is going"


@pytest.mark.asyncio
async def test_with_most_model_servers_going_nobody_notices(choosing: GatewayProcess, three: Fleet) -> None:
    """Those that refuse have the fewest requests in work, so each request may find all of them first."""
    busy = [asyncio.create_task(ask(choosing.port, "k=60 gap_ms=10", model="busy")) for _ in range(3)]
    await asyncio.sleep(0.1)
    three.draining |= {"goes", "goes too"}
    try:
        answers = [await ask(choosing.port, "k=1", model="trio") for _ in range(10)]
    finally:
        three.draining.clear()
    assert [answer.code for answer in answers if not answer.served] == []
    assert all(answer.served for answer in await asyncio.gather(*busy))


@pytest.mark.asyncio
async def test_the_client_is_told_when_no_other_is_left(choosing: GatewayProcess, three: Fleet) -> None:
    three.draining |= {"stays"}
    try:
        answer = await ask(choosing.port, "nonce=alone", model="busy")
    finally:
        three.draining.clear()
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "draining", "1")
