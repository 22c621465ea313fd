"""Server-sent events passed on untouched, but only whole ones.

A model server that dies in the middle of an event would otherwise leave half of it with the client, and whatever
follows, the error event included, would be read as its rest. So bytes after the last event's end wait for theirs.
"""

MAX_EVENT_BYTES = 4 * 2**20
DONE = (b"data: [DONE]", b"data:[DONE]")
_ENDS = (b"\n\n", b"\r\n\r\n")


class EventTooLarge(Exception):
    """More than `MAX_EVENT_BYTES` without the end of an event."""


class EventStream:
    """Splits a stream at the ends of events and counts them."""

    __slots__ = ("_before", "_last", "_rest", "events")

    def __init__(self) -> None:
        self._rest = b""
        self._before = self._last = b""
        self.events = 0
        """Whole events so far, the final `[DONE]` included."""

    def feed(self, data: bytes) -> bytes:
        """What of the stream may go on now; empty while an event is incomplete. Raises `EventTooLarge`."""
        if self._rest:
            data, self._rest = self._rest + data, b""
        if not data.endswith(_ENDS):
            end = _end_of_last_event(data)
            data, self._rest = data[:end], data[end:]
            if len(self._rest) > MAX_EVENT_BYTES:
                raise EventTooLarge
        if data:
            self.events += data.count(b"\n\n") or data.count(b"\r\n\r\n")
            if len(data) > len(_ENDS[-1]) or data.strip(b"\r\n"):  # blank lines after the last event say nothing
                self._before, self._last = self._last, data
        return data

    @property
    def complete(self) -> bool:
        """Whether the stream said that it is over and left no half event.

        The last event itself must say so: the same words inside a model's text end with the JSON around them.
        """
        last_line = self._last[-64:].rstrip(b"\r\n").rpartition(b"\n")[2]
        return not self._rest and last_line in DONE

    @property
    def last(self) -> bytes:
        """The last two pieces passed on: `usage`, when the client asked for it, stands before `[DONE]`."""
        return self._before + self._last


def _end_of_last_event(data: bytes) -> int:
    newlines, crlfs = data.rfind(b"\n\n"), data.rfind(b"\r\n\r\n")
    return max(newlines + 2 if newlines >= 0 else 0, crlfs + 4 if crlfs >= 0 else 0)
