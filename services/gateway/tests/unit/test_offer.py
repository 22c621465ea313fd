"""A request that offers another protocol is the request that it would be without the offer, in any pieces."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headway.domain.gateway_settings import GatewaySettings
from headway_gateway.front.connection import MAX_PIPELINED, ClientConnection
from headway_gateway.front.request import Request

OFFER = b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n"
PLAIN = b"connection: Upgrade, HTTP2-Settings\r\nhttp2-settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n"
FORMS = {
    "no body": b"GET /v1/models HTTP/1.1\r\nhost: g\r\n%b\r\n",
    "a body of no bytes": b"POST /a HTTP/1.1\r\nhost: g\r\ncontent-length: 0\r\n%b\r\n",
    "a length": b"POST /a?b=c HTTP/1.1\r\nhost: g\r\n%bcontent-length: 5\r\n\r\nhello",
    "chunks": b"POST /a HTTP/1.1\r\nhost: g\r\n%btransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n",
    "a trailer": b"POST /a HTTP/1.1\r\nhost: g\r\n%btransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nupgrade: h2c\r\n\r\n",
    "a header twice": b"GET /a HTTP/1.1\r\nhost: g\r\n%bx-a: 1\r\nx-a: 2\r\n\r\n",
    "the old version": b"GET /a HTTP/1.0\r\n%b\r\n",
    "a request inside": b"POST /a HTTP/1.1\r\nhost: g\r\n%bcontent-length: 32\r\n\r\nGET /hidden HTTP/1.1\r\nhost: g\r\n\r\n",
}
forms = st.lists(st.tuples(st.sampled_from(sorted(FORMS)), st.booleans()), min_size=1, max_size=4)


class Door:
    """Serves nothing; knows what it was asked to serve or to refuse."""

    def __init__(self) -> None:
        self.limits = GatewaySettings()
        self.sweep = SimpleNamespace(watch=lambda _: None, date=b"now")
        self.draining = False
        self.judged = 0

    def opened(self, _: ClientConnection) -> bool:
        return True

    def buffers(self, _: int) -> bool:
        return True

    def headers_for(self, _: Request) -> tuple[()]:
        return ()

    def refusal(self, _: Request) -> None:
        self.judged += 1

    def serve(self, _: object) -> None:
        """Never answers, so that every further request waits in the pipeline."""


class Transport:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.written = b""
        self.closing = False

    def get_extra_info(self, _: str) -> None:
        return None

    def is_closing(self) -> bool:
        return self.closing

    def write(self, data: bytes) -> None:
        self.written += data

    def write_eof(self) -> None:
        pass

    def abort(self) -> None:
        self.closing = True


async def _read(pieces: list[bytes]) -> tuple[list[Request], Door, Transport]:
    door, transport = Door(), Transport()
    connection = ClientConnection(cast(Any, door))
    connection.connection_made(cast(Any, transport))
    for piece in pieces:
        connection.data_received(piece)
    served = [] if connection._exchange is None else [connection._exchange.request, *connection._pending]
    return served, door, transport


def read(*pieces: bytes) -> tuple[list[Request], Door, Transport]:
    """What a connection makes of these bytes: requests, what was judged, what was written."""
    return asyncio.run(_read(list(pieces)))


def told(requests: list[Request]) -> list[tuple[object, ...]]:
    return [
        (each.method, each.path, each.query, each.http_version, each.body, each.size, sorted(each.headers.items()))
        for each in requests
    ]


@given(forms, st.integers(1, 400))
@settings(max_examples=200, deadline=None)
def test_an_offer_changes_nothing_that_is_read(chosen: list[tuple[str, bool]], width: int) -> None:
    offering = b"".join(FORMS[name] % (OFFER if offers else PLAIN) for name, offers in chosen)
    requests, door, transport = read(*(offering[at : at + width] for at in range(0, len(offering), width)))
    expected, _, otherwise = read(b"".join(FORMS[name] % PLAIN for name, _ in chosen))
    assert told(requests) == told(expected)
    assert (transport.written, transport.closing) == (otherwise.written, otherwise.closing)
    assert door.judged == len(requests)


def test_what_an_offered_body_holds_is_no_request() -> None:
    requests, _, _ = read(FORMS["a request inside"] % OFFER)
    assert [request.path for request in requests] == [b"/a"]
    assert requests[0].body.startswith(b"GET /hidden")


def test_the_client_is_told_once_to_send_the_body() -> None:
    head = b"POST /a HTTP/1.1\r\nhost: g\r\nexpect: 100-continue\r\ncontent-length: 5\r\n" + OFFER + b"\r\n"
    assert read(head)[2].written == b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.mark.parametrize("lines", [b"host: g\r\nhost: h\r\n", b"content-length: 9999999\r\nhost: g\r\n", b"x-a: b\r\n"])
def test_a_head_that_is_refused_is_refused_with_an_offer_too(lines: bytes) -> None:
    requests, door, transport = read(
        b"POST /a HTTP/1.1\r\n" + lines + OFFER + b"\r\nGET /b HTTP/1.1\r\nhost: g\r\n\r\n"
    )
    assert (requests, door.judged) == ([], 0)
    assert transport.written.startswith(b"HTTP/1.1 4")
    assert transport.written.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("target", [b"/a", b"g:80"])
def test_a_tunnel_is_refused_and_what_follows_is_not_read(target: bytes) -> None:
    requests, _, transport = read(
        b"CONNECT " + target + b" HTTP/1.1\r\nhost: g\r\n\r\nGET /b HTTP/1.1\r\nhost: g\r\n\r\n"
    )
    assert requests == []
    assert transport.written.startswith(b"HTTP/1.1 400 ")


def test_a_pipeline_of_offers_keeps_its_bound() -> None:
    requests, door, transport = read(FORMS["no body"] % OFFER * 2_000)
    assert transport.closing
    assert len(requests) == 1 + MAX_PIPELINED
    assert door.judged == len(requests) + 1
