"""What faults do to the bytes of an answer."""

from collections.abc import Iterator, Mapping

CONTENT = (b'"content":"', b'"text":"')
"""What stands before the text of an event."""
TRAIN = "🚂".encode()
"""A character of four bytes."""


class Spoiler:
    """Spoils events and bodies."""

    def __init__(self, faults: Mapping[str, float]) -> None:
        self._faults = faults

    def event(self, number: int, event: bytes) -> Iterator[bytes]:
        """The parts that event `number`, counted from 1, is written in; none when it is left out."""
        if event == b"data: [DONE]\n\n":
            if "no-done" not in self._faults:
                yield event
            return
        if number == self._faults.get("bad-json"):
            yield event[: len(event) // 2] + b"\n\n"
        elif number == 2 and "huge-chunk" in self._faults:
            yield _with_text(event, b"x" * int(self._faults["huge-chunk"]))
        elif number == 2 and "split-utf8" in self._faults:
            spoiled = _with_text(event, TRAIN)
            middle = spoiled.find(TRAIN) + len(TRAIN) // 2
            yield spoiled[:middle]
            yield spoiled[middle:]
        else:
            yield event

    def body(self, body: bytes) -> bytes:
        """A body without a stream."""
        if "bad-json" in self._faults or "die-mid-stream" in self._faults or "stall-mid-stream" in self._faults:
            return body[: len(body) // 2]
        if "huge-chunk" in self._faults:
            return _with_text(body, b"x" * int(self._faults["huge-chunk"]))
        return body


def _with_text(event: bytes, text: bytes) -> bytes:
    """The event with more text at the beginning of its own."""
    for mark in CONTENT:
        if mark in event:
            return event.replace(mark, mark + text, 1)
    return event
