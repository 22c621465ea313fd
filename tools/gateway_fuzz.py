"""Fuzzing what the gateway reads: `events` (the stream splitter beside a second parser) or `requests` (the validators).

Runs under a Python that has atheris (`requirements/fuzz.txt`), guided by coverage of the gateway's own code; options after
the target are libFuzzer's. A crash, or a difference between the two parsers, ends it with a code other than 0.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import atheris

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / path) for path in ("services/gateway/src", "services/gateway/tests", "charts-src")]

with atheris.instrument_imports(include=["headway_gateway"]):
    from headway_gateway.admission.admitted import Bounds, admit_chat, admit_completion, admit_generate
    from headway_gateway.errors import InvalidRequest
    from headway_gateway.relay.event_stream import EventStream

from faults.second_parser import SecondParser  # noqa: E402  the path to it is set above

BOUNDS = Bounds(64, 4096, 1, False, False, lambda _model: 1024, 32_768)
SALT = "0" * 32
SEEDS = {
    "events": [b"\x03data: x\n\ndata: [DONE]\n\n", b"\x01\r\n\r\n: c\r\n\r\ndata:[DONE]\r\n\r\n", b"\x02\n\n\nd"],
    "requests": [
        b'{"model":"m","messages":[{"role":"user","content":"x"}],"stream":true,"max_tokens":5}',
        b'{"model":"m","prompt":"x","temperature":1e0,"stop":["a"],"seed":-1,"stream_options":null}',
        b'{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"\\ud83d\\ude42"}]}],"n":1}',
    ],
}


def events(data: bytes) -> None:
    """Whatever the cuts: a prefix of the stream, ended where the standard ends an event, complete only after [DONE]."""
    width, stream = (data[:1] or b"\1")[0] % 16 + 1, data[1:]
    splitter, parsed, at = EventStream(), SecondParser().read(stream), 0
    for start in range(0, len(stream), width):
        passed = splitter.feed(stream[start : start + width])
        differs(stream[at : at + len(passed)] != passed, "bytes changed")
        at += len(passed)
        differs(at not in parsed.ends, "half an event")
    differs(b"\n\n" in stream[at:] or b"\r\n\r\n" in stream[at:], "a whole event was held back")
    if splitter.complete:
        differs(at != len(stream) or b"[DONE]" not in parsed.payloads[-1].split(b"\n"), "complete without [DONE]")


def requests(data: bytes) -> None:
    """Refused, or within every bound and JSON that a second decoder reads."""
    for admit in (admit_chat, admit_completion, lambda *given: admit_generate(*given, "m")):
        try:
            admitted = admit(data, BOUNDS, SALT)
        except InvalidRequest:
            continue
        sent = json.loads(admitted.body)
        differs(sent["cache_salt"] != SALT or sent["model"] != admitted.model, "what is sent is not what was judged")
        differs(not 1 <= admitted.output_tokens <= BOUNDS.max_output_tokens, "more tokens than the bound")


class Difference(Exception):
    """The gateway and the second opinion do not agree."""


def differs(is_so: bool, what: str) -> None:
    """Raise `Difference` if it is so."""
    if is_so:
        raise Difference(what)


TARGETS: dict[str, Callable[[bytes], None]] = {"events": events, "requests": requests}


def main() -> None:
    """`TARGET [libFuzzer options]`."""
    target, options = sys.argv[1], sys.argv[2:]
    corpus = ROOT / "build" / "fuzz" / target
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS[target]):
        (corpus / f"seed-{number}").write_bytes(seed)
    atheris.Setup([sys.argv[0], *options, str(corpus)], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
