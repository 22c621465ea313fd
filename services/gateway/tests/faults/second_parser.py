"""Server-sent events by the letter of the standard, one byte after the other: what the fast splitter is held against."""

from dataclasses import dataclass, field


@dataclass
class SecondParser:
    """Lines end with CR LF, LF or CR; an empty line ends an event. `ends` are the places right after such lines."""

    ends: list[int] = field(default_factory=lambda: [0])
    payloads: list[bytes] = field(default_factory=list)
    """`data` of each event that has any."""

    def read(self, stream: bytes) -> "SecondParser":
        line, data, at = b"", [], 0
        while at < len(stream):
            if stream[at : at + 1] not in (b"\r", b"\n"):
                line += stream[at : at + 1]
                at += 1
                continue
            at += 2 if stream[at : at + 2] == b"\r\n" else 1
            if line.startswith(b"data:"):
                data.append(line[5:].removeprefix(b" "))
            elif not line:
                self.ends.append(at)
                if data:
                    self.payloads.append(b"\n".join(data))
                data = []
            line = b""
        return self
