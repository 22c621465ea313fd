"""Whose address counts behind proxies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway_gateway.identity.addresses import client_address

PEER = "192.0.2.1"


@pytest.mark.parametrize(
    ("header", "hops", "address"),
    [
        (None, 1, PEER),
        (b"", 1, PEER),
        (b"203.0.113.9", 0, PEER),
        (b"203.0.113.9", 1, "203.0.113.9"),
        (b"forged, 203.0.113.9", 1, "203.0.113.9"),
        (b"forged, 203.0.113.9, 10.0.0.1", 2, "203.0.113.9"),
        (b"203.0.113.9", 2, PEER),
        (b"203.0.113.9, ", 1, PEER),
    ],
)
def test_the_entry_of_the_outermost_trusted_proxy_counts(header: bytes | None, hops: int, address: str) -> None:
    assert client_address(PEER, header, hops) == address


@given(st.lists(st.binary(max_size=30).filter(lambda entry: b"," not in entry), max_size=5), st.integers(1, 3))
def test_what_a_client_writes_never_changes_its_address(forged: list[bytes], hops: int) -> None:
    proxies = [b"203.0.113.9", b"10.0.0.1", b"10.0.0.2"][:hops]
    assert client_address(PEER, b", ".join([*forged, *proxies]), hops) == "203.0.113.9"


@given(st.binary(max_size=300), st.integers(0, 8))
def test_an_address_is_bounded_whatever_is_sent(header: bytes, hops: int) -> None:
    assert 0 < len(client_address(PEER, header, hops)) <= 64
