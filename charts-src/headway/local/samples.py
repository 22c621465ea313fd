"""The last scrape of every target, as Prometheus would answer from it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from prometheus_client.parser import text_string_to_metric_families

RESTART_SECONDS = 3.0
"""Real seconds for which a target that does not answer keeps its last samples.

Prometheus forgets it at once. But a process takes as long to be started again here as in a cluster, while polls come
`speed` times as fast: without this, a restart of 2 s would count as minutes without metrics.
"""
Sample = tuple[Mapping[str, str], float]


class Samples:
    """Samples by target."""

    def __init__(self) -> None:
        self._by_target: dict[str, dict[str, list[Sample]]] = {}
        self._failing_since: dict[str, float] = {}
        self.lost = False
        """Whether nothing arrives any more: what is told to those who ask is then empty."""

    def scraped(self, target: str, exposition: str) -> None:
        """Takes what a target exposed."""
        found: dict[str, list[Sample]] = defaultdict(list)
        for family in text_string_to_metric_families(exposition):
            for sample in family.samples:
                found[sample.name].append((sample.labels, sample.value))
        self._by_target[target] = found
        self._failing_since.pop(target, None)

    def failed(self, target: str, at: float) -> None:
        """A target did not answer at a real second; it goes stale when that lasts."""
        if at - self._failing_since.setdefault(target, at) >= RESTART_SECONDS:
            self.gone(target)

    def gone(self, target: str) -> None:
        """Forgets a target that is no more."""
        self._by_target.pop(target, None)
        self._failing_since.pop(target, None)

    def answered(self, target: str) -> bool:
        """Whether its last scrape brought something: what is kept of a target that fails is what it once said."""
        return target in self._by_target and target not in self._failing_since

    def series(self, name: str) -> Iterable[Sample]:
        """Samples of a metric over all targets; none while metrics are lost."""
        return () if self.lost else self.seen(name)

    def seen(self, name: str) -> list[Sample]:
        """Samples as they were scraped, also while they are lost on their way to the scaler."""
        return [sample for families in self._by_target.values() for sample in families.get(name, ())]

    def of(self, target: str, name: str) -> float:
        """One target's total of a metric; 0 where it has none."""
        return sum(value for _, value in self._by_target.get(target, {}).get(name, ()))
