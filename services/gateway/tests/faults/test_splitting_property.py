"""B6, short form: the splitter of event streams beside a second parser, on streams that nobody would write by hand."""

from hypothesis import given, settings
from hypothesis import strategies as st

from faults.second_parser import SecondParser
from headway_gateway.relay.event_stream import EventStream

FRAGMENTS = [
    b"\n",
    b"\r\n",
    b"\n\n",
    b"\r\n\r\n",
    b"data: [DONE]",
    b"data:[DONE]",
    b"data: x",
    b":",
    b"data",
    b" ",
    b"\r",
]
pieces = st.lists(st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=4), max_size=8).map(b"".join), max_size=8)
EXAMPLES = 150


def fed(stream: list[bytes]) -> tuple[list[bytes], EventStream]:
    splitter = EventStream()
    return [splitter.feed(piece) for piece in stream], splitter


@given(pieces)
@settings(max_examples=EXAMPLES, deadline=None)
def test_what_goes_on_is_the_stream_itself_from_its_beginning(stream: list[bytes]) -> None:
    passed, _ = fed(stream)
    assert b"".join(stream).startswith(b"".join(passed))


@given(pieces)
@settings(max_examples=EXAMPLES, deadline=None)
def test_what_goes_on_ends_where_an_event_ends(stream: list[bytes]) -> None:
    passed, _ = fed(stream)
    ends = set(SecondParser().read(b"".join(stream)).ends)
    at = 0
    for piece in passed:
        at += len(piece)
        assert at in ends


@given(pieces)
@settings(max_examples=EXAMPLES, deadline=None)
def test_nothing_is_held_back_that_ends_with_a_blank_line(stream: list[bytes]) -> None:
    passed, _ = fed(stream)
    rest = b"".join(stream)[len(b"".join(passed)) :]
    assert b"\n\n" not in rest
    assert b"\r\n\r\n" not in rest


@given(pieces)
@settings(max_examples=EXAMPLES, deadline=None)
def test_a_stream_counts_as_complete_only_after_a_last_event_that_says_done(stream: list[bytes]) -> None:
    _, splitter = fed(stream)
    if splitter.complete:
        whole = b"".join(stream)
        parsed = SecondParser().read(whole)
        assert parsed.ends[-1] == len(whole)
        assert b"[DONE]" in parsed.payloads[-1].split(b"\n")


@given(st.lists(st.sampled_from([b"data: x", b": ping", b"data: [DONE]"]), min_size=1), st.integers(1, 9))
@settings(max_examples=EXAMPLES, deadline=None)
def test_a_usual_stream_passes_whole_however_it_is_cut(events: list[bytes], width: int) -> None:
    stream = b"".join(event + b"\n\n" for event in events)
    passed, splitter = fed([stream[at : at + width] for at in range(0, len(stream), width)])
    assert b"".join(passed) == stream
    assert splitter.complete or events[-1] != b"data: [DONE]"
