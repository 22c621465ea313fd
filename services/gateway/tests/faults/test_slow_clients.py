"""F5, F6: clients that read, or write, a byte at a time."""

import socket
from collections.abc import Iterator

import pytest

from faults.backend import Fleet
from faults.client import ask, chat, post
from faults.gateway import GatewayProcess, eventually, gateway
from faults.slowloris import SLOW_KINDS, crowd

pytestmark = pytest.mark.asyncio
TIMEOUT_SECONDS = 1.0
TICK_SECONDS = 0.25
MB = 2**20
SLOW_READERS = 4
CONNECTIONS = 100


@pytest.fixture(scope="module")
def strict(servers: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """A gateway that waits a second for heads, bodies and readers."""
    with gateway(
        tmp_path_factory.mktemp("strict"),
        [("tiny", [servers.servers[0].url])],
        header_timeout_seconds=TIMEOUT_SECONDS,
        body_timeout_seconds=TIMEOUT_SECONDS,
        write_timeout_seconds=TIMEOUT_SECONDS,
        request_burst=1_000_000,
    ) as running:
        yield running


def reader_of(port: int, words: str, *, stream: bool = True) -> socket.socket:
    """A client with a small buffer that has asked and reads nothing."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", port))
    sock.sendall(post(chat(words, stream=stream)))
    return sock


async def test_an_unread_stream_takes_less_than_a_megabyte_and_is_cut_in_time(
    strict: GatewayProcess, servers: Fleet
) -> None:
    await ask(strict.port, "k=1")
    before = strict.rss
    readers = [reader_of(strict.port, f"script=floods mb=64 nonce=flood{number}") for number in range(SLOW_READERS)]
    try:
        await eventually(lambda: servers.hits[f"flood{SLOW_READERS - 1}"] == 1, 5)
        visits = [servers.of(f"flood{number}")[0] for number in range(SLOW_READERS)]
        most = 0

        def all_closed() -> bool:
            nonlocal most
            most = max(most, strict.rss)
            for reader in readers:
                reader.recv(1)
            return all(visit.closed_at is not None for visit in visits)

        await eventually(all_closed, TIMEOUT_SECONDS + 3, "the end of the upstream connections")
        for visit in visits:
            assert (visit.closed_at or 0) - visit.at <= TIMEOUT_SECONDS + 1.0
            assert visit.taken < MB, "the model server was not held back"
        assert most - before < SLOW_READERS * MB
    finally:
        for reader in readers:
            reader.close()


async def test_a_connection_on_which_reading_was_paused_serves_the_next_request(
    strict: GatewayProcess, servers: Fleet
) -> None:
    """The answer's last bytes came together with those that made the client's side pause."""
    reader = reader_of(strict.port, "script=one_piece nonce=paused")
    try:
        await eventually(lambda: servers.of("paused") and servers.of("paused")[0].taken > 2 * MB, 3)
        await eventually(lambda: strict.metric("headway_gateway_requests_in_flight") == 0, 3)
        answers = [await ask(strict.port, f"nonce=next{number}", seconds=3) for number in range(3)]
        assert all(answer.served for answer in answers)
        assert servers.of("next0")[0].connection is servers.of("paused")[0].connection
    finally:
        reader.close()


async def test_an_answer_whose_last_bytes_are_never_read_does_not_keep_its_connection(strict: GatewayProcess) -> None:
    """It is written whole, and closed: nothing but the client's own reading is missing."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.connect(("127.0.0.1", strict.port))
    try:
        reader.sendall(post(chat("script=big_chunk"), "connection: close"))
        await eventually(lambda: strict.metric("headway_gateway_client_connections") == 1, 3)
        await eventually(lambda: strict.metric("headway_gateway_client_connections") == 0, TIMEOUT_SECONDS * 2 + 2)
    finally:
        reader.close()


@pytest.mark.parametrize("kind", sorted(SLOW_KINDS))
async def test_slow_requests_are_closed_in_time_and_others_are_served(strict: GatewayProcess, kind: str) -> None:
    measured = await crowd(strict.port, kind, CONNECTIONS, TIMEOUT_SECONDS + 2)
    assert measured.open == 0
    assert measured.longest_seconds <= TIMEOUT_SECONDS + TICK_SECONDS + 0.75
    assert measured.refused_good == 0
    await eventually(lambda: strict.metric("headway_gateway_client_connections") == 0, 3)


async def test_a_body_that_comes_too_slowly_is_told_so(strict: GatewayProcess) -> None:
    measured = await crowd(strict.port, "body", 1, TIMEOUT_SECONDS + 2)
    assert b" 408 " in measured.last_words
    assert b"body_too_slow" in measured.last_words
