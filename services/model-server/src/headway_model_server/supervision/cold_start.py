"""Phases of a cold start, read from the lines that the engine logs while it starts.

Lines of vLLM as 0.32.0 prints them, of SGLang as the source of 0.5.23 has them.
"""

import re

from headway_model_server.messages import ColdStartSeen

PHASE_LINES = (
    ("load", re.compile(r"(?:Model loading|Loading weights) took .*?([\d.]+) seconds")),
    ("load", re.compile(r"Load weight end\. elapsed=([\d.]+) s")),
    ("compile", re.compile(r"torch\.compile took ([\d.]+) s")),
    ("capture", re.compile(r"Graph capturing finished in ([\d.]+) secs")),
    ("capture", re.compile(r"Capture \S.* end\. elapsed=([\d.]+) s")),
    ("warm", re.compile(r"init engine \(.*?\) took ([\d.]+) s")),
)
HIT = re.compile(r"Directly load (?:AOT compilation|the compiled graph\(s\))")
MISS = re.compile(r"Cache the graph of compile range|saved AOT compiled function")


class ColdStart:
    """What is known of this start. A phase that several workers log counts as its slowest worker's."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._artifacts = {"hit": 0, "miss": 0}

    def read(self, line: str) -> bool:
        """Takes a line of the engine's log; whether it said something new."""
        for phase, pattern in PHASE_LINES:
            if found := pattern.search(line):
                return self.took(phase, float(found.group(1)))
        result = "hit" if HIT.search(line) else "miss" if MISS.search(line) else None
        if result is not None:
            self._artifacts[result] += 1
        return result is not None

    def took(self, phase: str, seconds: float) -> bool:
        """Notes a phase; whether that is new."""
        longer = seconds > self._seconds.get(phase, -1.0)
        if longer:
            self._seconds[phase] = seconds
        return longer

    def seen(self) -> ColdStartSeen:
        """Everything so far."""
        return ColdStartSeen(seconds=dict(self._seconds), artifacts=dict(self._artifacts))
