"""Requests, surveys and times to first token, out of the gateway's own counters, across restarts of the gateway."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from headway.local.samples import Sample, Samples

WINDOW_SECONDS = 60.0
"""Over how long TTFT percentiles look back, in real seconds."""
Key = tuple[str, ...]


@dataclass
class Counters:
    """Counters that go on when their process is replaced."""

    now: dict[Key, float] = field(default_factory=dict)
    before: dict[Key, float] = field(default_factory=dict)

    def take(self, samples: Iterable[Sample], *labels: str) -> None:
        """The last values, by some labels."""
        for found, value in samples:
            self.now[tuple(found.get(label, "") for label in labels)] = value

    def restart(self) -> None:
        """The process has gone, and begins again at 0."""
        for key, value in self.now.items():
            self.before[key] = self.before.get(key, 0.0) + value
        self.now = {}

    def total(self) -> dict[Key, float]:
        """Values over all lives of the process."""
        return {key: self.before.get(key, 0.0) + self.now.get(key, 0.0) for key in self.before.keys() | self.now.keys()}


class Traffic:
    """Counts of one run."""

    def __init__(self) -> None:
        self._requests, self._broken, self._surveys = Counters(), Counters(), Counters()
        self._buckets: deque[tuple[float, dict[tuple[str, float], float]]] = deque()
        self._cut = 0
        self._in_flight = 0.0
        self.deaths = 0
        """How often the gateway has died."""

    def take(self, samples: Samples, at: float) -> None:
        """One scrape of the gateway, at a real second."""
        self._requests.take(samples.seen("headway_gateway_requests_total"), "model", "status")
        self._broken.take(samples.seen("headway_gateway_broken_streams_total"), "model")
        self._surveys.take(samples.seen("headway_gateway_surveys_total"), "outcome")
        self._in_flight = sum(value for _, value in samples.seen("headway_gateway_requests_in_flight"))
        found = {
            (labels["model"], float(labels["le"])): value
            for labels, value in samples.seen("headway_gateway_ttft_seconds_bucket")
        }
        if found:
            self._buckets.append((at, found))
        while len(self._buckets) > 2 and self._buckets[1][0] < at - WINDOW_SECONDS:
            self._buckets.popleft()

    def gateway_died(self) -> None:
        """What was in flight is cut; the counters begin again."""
        self.deaths += 1
        self._cut += int(self._in_flight)
        self._in_flight = 0.0
        self._buckets.clear()
        for counters in (self._requests, self._broken, self._surveys):
            counters.restart()

    @property
    def in_flight(self) -> int:
        """Requests that the gateway has admitted and not answered in full."""
        return int(self._in_flight)

    def requests(self) -> dict[str, int]:
        """Offered = served + refused + failed + left by the client. Refused is told: 4xx, or 503 with Retry-After.

        Failed is what was accepted and not answered in full: another 5xx, a stream that broke after its first byte,
        a request that was in flight when the gateway died.
        """
        by_status: dict[int, float] = {}
        for (_, status), value in self._requests.total().items():
            by_status[int(status)] = by_status.get(int(status), 0.0) + value
        broken = int(sum(self._broken.total().values()))
        good = sum(value for status, value in by_status.items() if status < 400)
        left = by_status.get(499, 0.0)
        refused = sum(v for s, v in by_status.items() if (400 <= s < 500 and s != 499) or s == 503)
        failed = sum(v for s, v in by_status.items() if s >= 500 and s != 503)
        return {
            "offered": int(sum(by_status.values())) + self._cut,
            "served": int(good) - broken,
            "refused": int(refused),
            "failed": int(failed) + broken + self._cut,
            "left": int(left),
        }

    def surveys(self) -> dict[str, int]:
        """Answers handed in, and those acknowledged as new."""
        by_outcome = {outcome: int(value) for (outcome,), value in self._surveys.total().items()}
        return {"submitted": sum(by_outcome.values()), "acknowledged": by_outcome.get("stored", 0)}

    def ttft_seconds(self, model: str) -> dict[str, float | None]:
        """Percentiles over the last minute, interpolated in the histogram's buckets as Prometheus does."""
        if not self._buckets:
            return {"p50": None, "p95": None}
        (_, first), (_, last) = self._buckets[0], self._buckets[-1]
        counts = sorted((le, last[m, le] - first.get((m, le), 0.0)) for m, le in last if m == model)
        return {"p50": quantile(0.5, counts), "p95": quantile(0.95, counts)}


def quantile(share: float, counts: list[tuple[float, float]]) -> float | None:
    """`histogram_quantile` over cumulative counts by upper bound; `None` where nothing was counted."""
    if not counts or counts[-1][1] <= 0:
        return None
    rank, lower, below = share * counts[-1][1], 0.0, 0.0
    for bound, count in counts:
        if count >= rank:
            if bound == float("inf"):
                return lower
            return lower + (bound - lower) * ((rank - below) / (count - below) if count > below else 0.0)
        lower, below = bound, count
    return lower
