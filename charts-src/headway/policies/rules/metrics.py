"""Metrics that scalers and alerts ask for: names that exist, queries that give one number, triggers that are installed."""

from collections.abc import Iterator

from headway.policies.engine_metrics import GONE, GONE_SINCE, base_name, is_exported
from headway.policies.finding import Severity
from headway.policies.index import Index
from headway.policies.model_server import model_servers
from headway.policies.promql import gives_many_series, metrics_in, outer_aggregation
from headway.policies.rule import Hit, rule
from headway.policies.scalers import Trigger, scalers


@rule(
    "metric-name-unexported",
    traps=("S5",),
    severity="error",
    proves="Every engine metric that a scaler asks for has the name that the engine exports.",
    needs="The ScaledObject; a collector or relabelling in the set that makes the name keeps the rule silent.",
    remedy="use the name with the colon, or ship the processor that renames it",
)
def metric_name_unexported(index: Index) -> Iterator[Hit]:
    """vLLM exports `vllm:num_requests_waiting`. The form with an underscore exists only behind a processor that renames it;
    otherwise the answer is empty, which reads as 0: the fleet stays at its minimum under any load. The rule is silent when
    anything else in the set (a collector's config, a relabelling, a recording rule) states the name."""
    stated = index.derive(_stated_names)
    for scaler in index.derive(scalers):
        for trigger in scaler.triggers:
            for metric in trigger.metrics:
                if metric.startswith("vllm_") and is_exported(metric) and metric not in stated:
                    right = f"vllm:{metric.removeprefix('vllm_')}"
                    yield Hit(trigger.query, f"asks for {metric}, vLLM exports {right}", f"write {right}")


def _stated_names(index: Index) -> str:
    """Texts in which names may be made: configurations of collectors, relabellings, recording rules."""
    kinds = [
        "ConfigMap",
        "OpenTelemetryCollector",
        "PrometheusRule",
        "ServiceMonitor",
        "PodMonitor",
        "Application",
        "HelmRelease",
    ]
    return "\n".join(str(m.value) for m in index.of_kind(*kinds, "ScrapeConfig", "Prometheus"))


@rule(
    "metric-gone",
    traps=("V7",),
    severity="error",
    proves="No scaler or alert asks vLLM for a metric that it no longer exports.",
    needs="The query; the version from the image's tag, else the rule says a warning.",
    remedy="ask for the metric that took its place",
)
def metric_gone(index: Index) -> Iterator[Hit]:
    """`gpu_cache_usage_perc`, `time_per_output_token_seconds`, `num_requests_swapped` and the averages of throughput left
    vLLM with its old engine: a scaler reads nothing, an alert never fires. Where every vLLM image of the set is an older
    release that still has the metric, the rule is silent."""
    versions = [server.version for server in index.derive(model_servers) if server.engine == "vllm"]
    if versions and all(version is not None and version < GONE_SINCE for version in versions):
        return
    sure = bool(versions) and all(version is not None for version in versions)
    severity: Severity | None = None if sure else "warning"
    places = [t.query for scaler in index.derive(scalers) for t in scaler.triggers]
    places += [
        entry.at("expr")
        for m in index.of_kind("PrometheusRule")
        for group in m.each("spec", "groups")
        for entry in group.each("rules")
    ]
    for place in places:
        for metric in _vllm_metrics(place.text()):
            if base_name(metric) in GONE:
                right = GONE[base_name(metric)]
                yield Hit(place, f"asks for {metric}, which vLLM no longer exports", f"ask for vllm:{right}", severity)


def _vllm_metrics(query: str | None) -> tuple[str, ...]:
    return tuple(name for name in metrics_in(query or "") if name.startswith(("vllm:", "vllm_")))


@rule(
    "trigger-not-installed",
    traps=("S11",),
    severity="error",
    proves="Every trigger type is one that the installed KEDA has.",
    needs="The ScaledObject, and which KEDA is installed; where the files do not say, a warning.",
    remedy="type: external with metadata.scalerAddress: keda-otel-scaler.keda.svc:4318",
)
def trigger_not_installed(index: Index) -> Iterator[Hit]:
    """`kedify-otel` exists only in Kedify's build of KEDA; upstream's webhook refuses it, or the scaler never becomes ready.
    There, the otel-add-on is an `external` scaler on port 4318. A chart, image or release of Kedify in the set, or an
    environment that says `kedify-otel`, keeps the rule silent."""
    if index.derive(_has_kedify):
        return
    known = any("keda" in str(m.at("spec").value) for m in index.of_kind("Application", "HelmRelease"))
    for scaler in index.derive(scalers):
        for trigger in scaler.triggers:
            if trigger.type == "kedify-otel":
                severity: Severity | None = None if known or index.facts.closed else "warning"
                yield Hit(
                    trigger.at.at("type"), "type kedify-otel exists only in Kedify's build of KEDA", severity=severity
                )


def _has_kedify(index: Index) -> bool:
    if index.facts.keda == "kedify-otel" or (
        index.terraform and any("kedify" in c for c in index.terraform.helm_releases)
    ):
        return True
    releases = index.of_kind("Application", "HelmRelease", "HelmRepository", "HelmChart", "Deployment")
    return any("kedify" in str(m.at("spec").value) for m in releases if m.kind != "Deployment" or "keda" in m.name)


@rule(
    "scaler-address-is-receiver",
    traps=("S11",),
    severity="error",
    proves="No external trigger dials the OTLP receiver of the otel-add-on.",
    needs="The ScaledObject.",
    remedy="dial port 4318; 4317 is where metrics arrive",
)
def scaler_address_is_receiver(index: Index) -> Iterator[Hit]:
    """The otel-add-on's ports are the reverse of the habit: 4317 receives OTLP, 4318 is the scaler that KEDA calls. On the
    wrong port every call fails, and a fallback does not come for external scalers."""
    for scaler in index.derive(scalers):
        for trigger in scaler.triggers:
            address = trigger.at.at("metadata", "scalerAddress")
            if trigger.type.startswith("external") and (address.text() or "").endswith(":4317"):
                yield Hit(address, f"dials {address.text()}, which is the add-on's OTLP receiver, not its scaler")


@rule(
    "metric-query-unreadable",
    traps=("S11",),
    severity="error",
    proves="Every metricQuery of the otel-add-on names one metric, with equality only.",
    needs="The ScaledObject.",
    remedy="ask for one metric a trigger and do arithmetic in scalingModifiers.formula",
)
def metric_query_unreadable(index: Index) -> Iterator[Hit]:
    """The add-on's grammar is `name`, `name{a=b}` or `sum(name{...})` with sum, avg, min, max or count. Arithmetic, regular
    expressions and ranges are not in it: the trigger errors or finds nothing, which is 0."""
    for scaler in index.derive(scalers):
        for trigger in scaler.triggers:
            query = trigger.at.at("metadata", "metricQuery").text()
            if (query and any(sign in _outside_braces(query) for sign in "*/+-[")) or (query and "=~" in query):
                yield Hit(trigger.query, f"metricQuery {query!r} is more than one metric with equal labels")


def _outside_braces(query: str) -> str:
    before, _, rest = query.partition("{")
    return before + rest.rpartition("}")[2]


@rule(
    "query-gives-many-series",
    traps=("N8",),
    severity="error",
    proves="Every query of a prometheus trigger gives one number.",
    needs="The query; queries it does not understand are passed over.",
    remedy="wrap it in sum(...)",
)
def query_gives_many_series(index: Index) -> Iterator[Hit]:
    """KEDA refuses an answer of several elements: with the second replica the trigger errors and the fleet stays as it is.
    Each pod exports its own series, so a bare metric or `sum by (pod)` gives one a pod."""
    for trigger in _prometheus(index):
        query = trigger.query.text() or ""
        if gives_many_series(query):
            yield Hit(
                trigger.query, f"query {query!r} gives one series a pod; KEDA takes one number", f"sum({query.strip()})"
            )


@rule(
    "average-as-total",
    traps=("N8",),
    severity="warning",
    proves="No per-pod average is scaled as if it were the total.",
    needs="The query and the trigger's metric type.",
    remedy="use sum(...), or metricType: Value where a replica's own value is meant",
)
def average_as_total(index: Index) -> Iterator[Hit]:
    """With `AverageValue` (KEDA's default) the HPA divides the answer by the target to get replicas. An average over pods
    does not grow with load once it is spread, so the scaler can never ask for more than a few. Beside triggers on totals,
    the largest of which decides, it is a note."""
    for scaler in index.derive(scalers):
        if scaler.modifiers.at("formula") or not scaler.serves:
            continue
        for trigger in scaler.triggers:
            if _is_average(trigger) and (trigger.at.text("metricType") or "AverageValue") == "AverageValue":
                message = "is an average over pods, taken as the total: replicas = average / threshold"
                yield Hit(trigger.query, message, severity=None if all(map(_is_average, scaler.triggers)) else "note")


def _is_average(trigger: Trigger) -> bool:
    return trigger.type == "prometheus" and outer_aggregation(trigger.query.text() or "") == "avg"


def _prometheus(index: Index) -> Iterator[Trigger]:
    for scaler in index.derive(scalers):
        yield from (t for t in scaler.triggers if t.type == "prometheus" and scaler.most > 1)
