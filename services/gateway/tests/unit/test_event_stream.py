"""Events pass on whole, in order and complete, however their bytes arrive."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway_gateway.relay.event_stream import MAX_EVENT_BYTES, EventStream, EventTooLarge
from headway_gateway.relay.usage import Usage, usage_in

DONE = b"data: [DONE]\n\n"
EVENTS = st.lists(st.sampled_from([b'data: {"a":1}', b":", b"data: x\ndata: y", b"a", b"data: [DONE]"]), min_size=1)


def pieces(stream: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    return [stream[start:end] for start, end in pairwise(places)]


@given(EVENTS, st.sampled_from([b"\n\n", b"\r\n\r\n"]), st.lists(st.integers(0, 10_000), max_size=20))
def test_every_byte_passes_in_order_and_only_whole_events(events: list[bytes], end: bytes, cuts: list[int]) -> None:
    whole = b"".join(event + end for event in events)
    stream, passed = EventStream(), b""
    for piece in pieces(whole, cuts):
        passed += (went := stream.feed(piece))
        assert not went or went.endswith(end)
        assert whole.startswith(passed)
    assert passed == whole
    assert stream.events == len(events)
    assert stream.complete == (events[-1] == b"data: [DONE]")


@pytest.mark.parametrize("head", [b":\n\n", b"a\n\n", b"\n\n"])
def test_the_shortest_event_does_not_wait_for_the_next(head: bytes) -> None:
    assert EventStream().feed(head + b"data: half") == head


@pytest.mark.parametrize(
    "last",
    [
        b'data: {"choices":[{"delta":{"content":"data: [DONE]"}}]}\n\n',
        b'data: {"x":"data: [DONE]',
        b"data: [DONE]",
        b"data: [DONE]\n\ndata: more\n\n",
        b"data: [DONE]\n\ndata: half",
    ],
)
def test_a_stream_is_complete_only_when_its_last_event_says_so(last: bytes) -> None:
    stream = EventStream()
    stream.feed(b"data: 1\n\n")
    stream.feed(last)
    assert not stream.complete


def test_usage_is_found_when_the_end_comes_in_a_piece_of_its_own() -> None:
    stream = EventStream()
    stream.feed(b"data: 1\n\n")
    stream.feed(b'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":5}}\n\n')
    stream.feed(DONE)
    assert usage_in(stream.last) == Usage(3, 5)


def test_an_event_without_end_is_bounded() -> None:
    stream = EventStream()
    for _ in range(MAX_EVENT_BYTES // 2**18):
        assert stream.feed(b"x" * 2**18) == b""
    with pytest.raises(EventTooLarge):
        stream.feed(b"x")
