"""The last scrape of every target, as Prometheus would answer from it: a target that fails or goes is stale at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from prometheus_client.parser import text_string_to_metric_families

Sample = tuple[Mapping[str, str], float]


class Samples:
    """Samples by target."""

    def __init__(self) -> None:
        self._by_target: dict[str, dict[str, list[Sample]]] = {}
        self.lost = False
        """Whether nothing arrives any more: what is told to those who ask is then empty."""

    def scraped(self, target: str, exposition: str) -> None:
        """Takes what a target exposed."""
        found: dict[str, list[Sample]] = defaultdict(list)
        for family in text_string_to_metric_families(exposition):
            for sample in family.samples:
                found[sample.name].append((sample.labels, sample.value))
        self._by_target[target] = found

    def gone(self, target: str) -> None:
        """Forgets a target that does not answer or is no more."""
        self._by_target.pop(target, None)

    def series(self, name: str) -> Iterable[Sample]:
        """Samples of a metric over all targets; none while metrics are lost."""
        return () if self.lost else self.seen(name)

    def seen(self, name: str) -> list[Sample]:
        """Samples as they were scraped, also while they are lost on their way to the scaler."""
        return [sample for families in self._by_target.values() for sample in families.get(name, ())]

    def of(self, target: str, name: str) -> float:
        """One target's total of a metric; 0 where it has none."""
        return sum(value for _, value in self._by_target.get(target, {}).get(name, ()))
