"""F7, and holding: no model server answers, one comes and goes, or there is none yet."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from faults.backend import Fleet, fleet
from faults.client import Client, ask, chat, post, send
from faults.conftest import UNREACHABLE
from faults.gateway import GatewayProcess, eventually, gateway

pytestmark = pytest.mark.asyncio
PROBE_SECONDS = 0.5
TICK_SECONDS = 0.25
EARLY_SECONDS = 1.0
MAX_HELD = 3
HOLD_SECONDS = 2.0
READY = "headway_gateway_ready_replicas"


@pytest.fixture(scope="module")
def three() -> Iterator[Fleet]:
    with fleet() as running:
        for name in ("steady", "flapping", "lonely"):
            running.add(name)
        yield running


@pytest.fixture(scope="module")
def models(three: Fleet) -> list[tuple[str, list[str]]]:
    steady, flapping, lonely = (server.url for server in three.servers)
    return [
        ("pair", [steady, flapping]),
        ("lonely", [lonely]),
        ("refused", [UNREACHABLE, "http://127.0.0.1:11"]),
        ("trio", [UNREACHABLE, "http://127.0.0.1:11", steady]),
        ("nameless", ["http://no-such-host.invalid:8000"]),
        ("asleep", []),
        ("late", []),
    ]


@pytest.fixture(scope="module")
def ejecting(models: list[tuple[str, list[str]]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    with gateway(
        tmp_path_factory.mktemp("ejecting"),
        models,
        ejection_seconds=PROBE_SECONDS,
        connect_timeout_seconds=0.4,
        first_byte_timeout_seconds=1.0,
        request_burst=1_000_000,
        max_held_requests=MAX_HELD,
        hold_seconds=HOLD_SECONDS,
        hold_silent_seconds=HOLD_SECONDS,
        keep_alive_comment_seconds=0.5,
    ) as running:
        yield running


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("model", ["refused", "nameless"])
async def test_with_no_reachable_model_server_every_request_is_told_early_when_to_come_back(
    ejecting: GatewayProcess, model: str, stream: bool
) -> None:
    for _ in range(6):
        answer = await ask(ejecting.port, "k=1", model=model, stream=stream)
        assert (answer.status, answer.code) == (503, "no_replica")
        assert 1 <= int(answer.headers["retry-after"]) <= 120
        assert answer.seconds < EARLY_SECONDS


HOLES = 8


async def test_silent_addresses_cost_a_request_the_wait_for_two_and_not_for_all(tmp_path: Path) -> None:
    """As on a machine that is gone: nothing there refuses a connection."""
    with ExitStack() as open_:
        holes = [open_.enter_context(black_hole()) for _ in range(HOLES)]
        connect = {"connect_timeout_seconds": 0.4, "ejection_failures": 100}
        with gateway(tmp_path, [("holes", [f"http://127.0.0.1:{port}" for port in holes])], **connect) as running:
            answer = await ask(running.port, "k=1", model="holes")
    assert (answer.status, answer.code) == (503, "no_replica")
    assert 2 * 0.4 <= answer.seconds < HOLES * 0.4 / 2


@contextmanager
def black_hole() -> Iterator[int]:
    """A port whose queue of connections is full, so that the kernel answers no further one."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            yield port


async def test_a_flapping_model_server_costs_nobody_an_answer(ejecting: GatewayProcess, three: Fleet) -> None:
    flapping = three.servers[1]
    for _ in range(3):
        flapping.down()
        assert all([(await ask(ejecting.port, "k=1", model="pair")).served for _ in range(15)])
        flapping.up()
        assert all([(await ask(ejecting.port, "k=1", model="pair")).served for _ in range(15)])
    assert ejecting.metric("headway_gateway_ejections_total", model="pair") >= 1


async def test_two_of_three_model_servers_down_cost_nobody_an_answer(ejecting: GatewayProcess) -> None:
    """Those that are down have the fewest requests in work, and are both due again at the same time."""
    streams = [asyncio.create_task(ask(ejecting.port, "k=100 gap_ms=30", model="trio")) for _ in range(3)]
    await asyncio.sleep(0.2)
    answers = []
    while not all(stream.done() for stream in streams):
        answers.append(await ask(ejecting.port, "k=1", model="trio"))
        await asyncio.sleep(0.02)
    assert [answer.code for answer in [*answers, *(each.result() for each in streams)] if not answer.served] == []
    assert ejecting.metric("headway_gateway_ejections_total", model="trio") >= 4, (
        "they were asked whether they are back"
    )


async def test_an_ejected_model_server_gets_one_request_a_probe_period(ejecting: GatewayProcess, three: Fleet) -> None:
    for number in range(4):
        await ask(ejecting.port, f"script=dies_silent nonce=eject{number}", model="lonely")
    await eventually(lambda: ejecting.metric(READY, model="lonely") == 0, 2)
    begun, before = time.monotonic(), len(three.visits)
    while time.monotonic() - begun < 1.2:
        answers = await asyncio.gather(*(ask(ejecting.port, "script=dies_silent", model="lonely") for _ in range(5)))
        assert all(answer.seconds < EARLY_SECONDS for answer in answers)
    assert len(three.visits) - before <= 1.2 / PROBE_SECONDS + 1


async def test_after_a_long_outage_a_model_server_is_found_within_two_probe_periods(
    ejecting: GatewayProcess, three: Fleet
) -> None:
    lonely = three.servers[2]
    lonely.down()
    begun = time.monotonic()
    while time.monotonic() - begun < 5 * PROBE_SECONDS:
        await ask(ejecting.port, "k=1", model="lonely")
        await asyncio.sleep(0.05)
    lonely.up()
    back = time.monotonic()
    while not (await ask(ejecting.port, "k=1", model="lonely")).served:
        assert time.monotonic() - back < 10, "it is never found again"
        await asyncio.sleep(0.02)
    assert time.monotonic() - back <= 2 * PROBE_SECONDS + TICK_SECONDS


# Holding


@pytest.mark.parametrize("model", ["pair", "lonely", "refused", "nameless", "asleep", "late"])
async def test_held_and_in_flight_are_exported_for_every_model_from_the_start(
    ejecting: GatewayProcess, model: str
) -> None:
    for name in ("requests_held", "requests_in_flight", "ready_replicas"):
        assert ejecting.exported(f"headway_gateway_{name}", model=model)


async def held(running: GatewayProcess, model: str, count: int) -> list[Client]:
    clients = [await Client.connect(running.port) for _ in range(count)]
    for client in clients:
        client.send(post(chat("k=2", model=model)))
    await eventually(lambda: running.metric("headway_gateway_requests_held", model=model) == count, 3)
    return clients


async def test_a_held_stream_is_kept_alive_and_served_once_a_replica_is_there(
    ejecting: GatewayProcess, three: Fleet, models: list[tuple[str, list[str]]]
) -> None:
    [client] = await held(ejecting, "late", 1)
    await client.until(b": waiting\n\n", 2)
    ejecting.upstreams(*models[:-1], ("late", [three.servers[0].url]))
    try:
        answer = await client.answer()
        assert answer.served
        assert (answer.text, answer.comments >= 1) == ("word0 word1 ", True)
    finally:
        ejecting.upstreams(*models)
        client.reset()
    await eventually(lambda: ejecting.metric("headway_gateway_requests_held", model="late") == 0, 2)


async def test_a_request_is_held_no_longer_than_its_bound(ejecting: GatewayProcess) -> None:
    streamed, whole = await asyncio.gather(
        ask(ejecting.port, "k=1", model="asleep"), ask(ejecting.port, "k=1", model="asleep", stream=False)
    )
    assert (whole.status, whole.code) == (503, "no_replica")
    assert whole.headers["retry-after"]
    assert streamed.clean_error
    assert streamed.code == "no_replica"
    assert all(HOLD_SECONDS <= each.seconds < HOLD_SECONDS + 1 for each in (streamed, whole))


async def test_one_more_than_may_be_held_is_told_at_once(ejecting: GatewayProcess) -> None:
    clients = await held(ejecting, "asleep", MAX_HELD)
    answer = await ask(ejecting.port, "k=1", model="asleep")
    assert (answer.status, answer.code) == (503, "overloaded")
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.seconds < EARLY_SECONDS
    for client in clients:
        client.reset()
    await eventually(lambda: ejecting.metric("headway_gateway_requests_held", model="asleep") == 0, 2)


async def test_who_waits_for_a_model_that_is_taken_away_is_told_at_once(
    ejecting: GatewayProcess, models: list[tuple[str, list[str]]]
) -> None:
    [client] = await held(ejecting, "late", 1)
    begun = time.monotonic()
    ejecting.upstreams(*models[:-1])
    try:
        answer = await client.answer()
    finally:
        ejecting.upstreams(*models)
        client.reset()
    assert (answer.code, time.monotonic() - begun < HOLD_SECONDS) == ("model_not_found", True)
    await eventually(lambda: ejecting.metric("headway_gateway_requests_held", model="late") == 0, 2)


async def test_one_client_leaves_room_for_others_to_wait(tmp_path: Path) -> None:
    keys = "".join(f"{name}:{sha256(name.encode()).hexdigest()}\n" for name in ("ada", "grace"))
    with gateway(tmp_path, [("asleep", [])], keys=keys, max_held_requests=4, hold_seconds=20) as running:
        waiting = post(chat("k=1", model="asleep"), key="ada")
        adas = [await Client.connect(running.port) for _ in range(3)]
        for client in adas:
            client.send(waiting)
        await eventually(lambda: running.metric("headway_gateway_requests_held", model="asleep") == 3, 3)
        refused = await send(running.port, waiting)
        assert (refused.status, refused.code) == (429, "rate_limited")
        assert int(refused.headers["retry-after"]) >= 1
        grace = await Client.connect(running.port)
        grace.send(waiting.replace(b"Bearer ada", b"Bearer grace"))
        await eventually(lambda: running.metric("headway_gateway_requests_held", model="asleep") == 4, 3)
        for client in [*adas, grace]:
            client.reset()


async def test_a_model_that_was_taken_away_has_no_ready_replica(
    ejecting: GatewayProcess, three: Fleet, models: list[tuple[str, list[str]]]
) -> None:
    ejecting.upstreams(*models, ("going", [three.servers[0].url]))
    await eventually(lambda: ejecting.metric(READY, model="going") == 1, 5, "the replica's arrival")
    ejecting.upstreams(*models)
    await eventually(lambda: ejecting.metric(READY, model="going") == 0, 5, "the replica's end")
    assert ejecting.exported(READY, model="going")


async def test_the_connection_to_a_replica_that_was_taken_away_is_closed_after_its_answer(
    ejecting: GatewayProcess, three: Fleet, models: list[tuple[str, list[str]]]
) -> None:
    answering = asyncio.create_task(ask(ejecting.port, "k=80 gap_ms=10 nonce=taken", model="lonely"))
    await eventually(lambda: three.of("taken"), 3)
    ejecting.upstreams(*models[:1], *models[2:])
    await eventually(lambda: not ejecting.exported("x") and answering.done(), 5)
    ejecting.upstreams(*models)
    assert (await answering).served
    await eventually(lambda: three.of("taken")[0].closed_at, 2, "the end of the upstream connection")
