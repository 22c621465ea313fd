"""F8, F10: a model server that is busy, and one that is on its way out, are left alone and nobody is worse off."""

import asyncio
from collections.abc import Iterator

import pytest

from faults.backend import Fleet, fleet
from faults.client import ask
from faults.gateway import GatewayProcess, gateway


@pytest.fixture(scope="module")
def two() -> Iterator[Fleet]:
    with fleet() as running:
        running.add("stays")
        running.add("goes")
        yield running


@pytest.fixture(scope="module")
def choosing(two: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    stays, goes = (server.url for server in two.servers)
    models = [("pair", [stays, goes]), ("busy", [stays]), ("broken", [goes])]
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
    choosing: GatewayProcess, two: Fleet
) -> None:
    under_way = [asyncio.create_task(ask(choosing.port, "k=60 gap_ms=10 nonce=open", model="pair")) for _ in range(10)]
    await asyncio.sleep(0.1)
    two.draining.add("goes")
    try:
        answers = [await ask(choosing.port, f"k=2 nonce=new{number}", model="pair") for number in range(40)]
    finally:
        two.draining.clear()
    assert all(answer.served for answer in answers)
    assert all(answer.served for answer in await asyncio.gather(*under_way))
    refused = [visit for visit in two.visits if visit.nonce.startswith("new") and visit.server == "goes"]
    assert len(refused) <= 1, "it was asked again after it had said that it is going"


@pytest.mark.asyncio
async def test_the_client_is_told_when_no_other_is_left(choosing: GatewayProcess, two: Fleet) -> None:
    two.draining |= {"stays"}
    try:
        answer = await ask(choosing.port, "nonce=alone", model="busy")
    finally:
        two.draining.clear()
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "draining", "1")
