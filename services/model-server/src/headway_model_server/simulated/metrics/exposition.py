"""The text of `/metrics`: process, engine and HTTP families, in the order of the recorded ones."""

import time
from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.registry import Collector

from headway_model_server.simulated.metrics.families import FAMILIES, Family
from headway_model_server.simulated.metrics.http import HttpMetrics
from headway_model_server.simulated.metrics.tally import Tally

Values = Mapping[tuple[str, str], float]
"""Value of a sample by its family and further label."""


class EngineCollector(Collector):
    """The `vllm:` families, read when somebody asks."""

    def __init__(
        self,
        model: str,
        values: Callable[[], Values],
        tallies: Mapping[str, Tally],
        cache_config: Mapping[str, str],
    ) -> None:
        self._model = model
        self._values = values
        self._tallies = tallies
        self._cache_config = cache_config
        self._created = time.time()

    def collect(self) -> Iterator[Metric]:
        """One metric a family."""
        values = self._values()
        for family in FAMILIES:
            metric = Metric(f"vllm:{family.name}", family.help, family.kind)
            if family.kind == "histogram":
                self._add_histogram(metric, self._tallies[family.name])
            else:
                self._add_values(metric, family, values)
            yield metric
        config = Metric("vllm:cache_config_info", "Information of the LLMEngine CacheConfig", "gauge")
        config.add_sample("vllm:cache_config_info", {**self._cache_config, "engine": "0"}, 1.0)
        yield config

    def _labels(self, family: Family, value: str) -> dict[str, str]:
        engine = {"engine": "0"} if family.has_engine else {}
        return {**engine, "model_name": self._model, **({family.label: value} if family.label else {})}

    def _add_values(self, metric: Metric, family: Family, values: Values) -> None:
        ending = "_total" if family.kind == "counter" else ""
        for value in family.values:
            metric.add_sample(metric.name + ending, self._labels(family, value), values.get((family.name, value), 0.0))
        if family.kind == "counter":
            for value in family.values:
                metric.add_sample(f"{metric.name}_created", self._labels(family, value), self._created)

    def _add_histogram(self, metric: Metric, tally: Tally) -> None:
        labels = {"engine": "0", "model_name": self._model}
        counts = tally.cumulative()
        for bound, count in zip((*tally.bounds, float("inf")), counts, strict=True):
            metric.add_sample(f"{metric.name}_bucket", {**labels, "le": _bound(bound)}, count)
        metric.add_sample(f"{metric.name}_count", labels, counts[-1])
        metric.add_sample(f"{metric.name}_sum", labels, tally.sum)
        metric.add_sample(f"{metric.name}_created", labels, self._created)


def _bound(bound: float) -> str:
    """A bucket's bound as Prometheus' text format writes it."""
    return "+Inf" if bound == float("inf") else str(float(bound))


class Exposition:
    """Everything that `/metrics` shows."""

    def __init__(self, engine: EngineCollector, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._registry.register(engine)
        self.http = HttpMetrics(self._registry)

    def text(self) -> bytes:
        """The exposition in Prometheus' text format."""
        return generate_latest(self._registry)
