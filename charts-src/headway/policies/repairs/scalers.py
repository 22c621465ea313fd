"""Repairs of scalers and of what they and alerts ask for."""

import re
from collections.abc import Mapping

from headway.policies.engine_metrics import base_name, is_exported
from headway.policies.index import Index
from headway.policies.promql import metrics_in
from headway.policies.repairs.change import Change, LeftAlone, Put, Swap
from headway.policies.repairs.editing import swapped
from headway.policies.repairs.repair import repair
from headway.policies.rule import Hit
from headway.scaling import check_formula

SUCCESSORS = {
    "gpu_cache_usage_perc": "kv_cache_usage_perc",
    "time_per_output_token_seconds": "inter_token_latency_seconds",
}
"""Metrics that were renamed and are otherwise what they were: same kind, unit and meaning."""
_STRING = re.compile(r'(?<!__name__=)"[^"]*"|(?<!__name__=)\'[^\']*\'')
_CLAMPS = {"clamp_min": "max", "clamp_max": "min"}


@repair(
    "metric-name-unexported",
    "Writes the name with the colon in `query` of a prometheus trigger. Left alone in a `metricQuery`, whose names the "
    "add-on's collector may make.",
)
def name_with_colon(hit: Hit, _: Index) -> list[Change]:
    if hit.at.path[-1] != "query":
        raise LeftAlone("the collector behind the add-on may rename it")
    names = [name for name in metrics_in(hit.at.text() or "") if name.startswith("vllm_") and is_exported(name)]
    return _renamed(hit, {name: f"vllm:{name.removeprefix('vllm_')}" for name in names})


def _renamed(hit: Hit, names: Mapping[str, str]) -> list[Change]:
    strings = " ".join(_STRING.findall(hit.at.text() or ""))
    if any(swapped(strings, old, new) != strings for old, new in names.items()):
        raise LeftAlone("a label of the query has the metric's name")
    return [Swap(hit.at.path, old, new) for old, new in names.items()]


@repair(
    "metric-gone",
    "Writes the new name of a metric that was only renamed (`gpu_cache_usage_perc`, `time_per_output_token_seconds`), where "
    "the images of the set say that it is gone. Left alone where the version is unknown, or the successor is another "
    "quantity.",
)
def ask_for_successor(hit: Hit, _: Index) -> list[Change]:
    if hit.severity is not None:
        raise LeftAlone("no image of the set says which version is asked")
    asked = metrics_in(hit.at.text() or "")
    if any(name.startswith("vllm_") for name in asked):
        raise LeftAlone("something that is not seen here makes names with an underscore")
    gone = [name for name in asked if name.startswith("vllm:")]
    found = [(name, base_name(name)) for name in gone if base_name(name) in SUCCESSORS]
    if not found:
        raise LeftAlone("what took its place is another quantity")
    return _renamed(hit, {name: name.replace(base, SUCCESSORS[base]) for name, base in found})


@repair(
    "formula-not-compilable",
    "Writes `max` for `clamp_min` and `min` for `clamp_max` where nothing else is wrong with the formula. Left alone: names "
    "that no trigger has, and anything else.",
)
def say_it_in_expr(hit: Hit, _: Index) -> list[Change]:
    text = hit.at.text() or ""
    used = [(old, new) for old, new in _CLAMPS.items() if swapped(text, old, new) != text]
    triggers = hit.at.manifest.each("spec", "triggers")
    after = text
    for old, new in used:
        after = swapped(after, old, new)
    names = {name for trigger in triggers if (name := trigger.text("name"))}
    if not used or any(problem.outcome == "refused" for problem in check_formula(after, names)):
        raise LeftAlone("what the formula should say is a decision")
    return [Swap(hit.at.path, old, new) for old, new in used]


@repair(
    "lost-metrics-read-as-idle",
    'Adds `ignoreNullValues: "false"` to the trigger. Left alone where another value is stated, and where the minimum is 0: '
    "a metric that does not exist before the first request would then keep the fleet asleep.",
)
def say_that_nothing_is_not_zero(hit: Hit, _: Index) -> list[Change]:
    spec = hit.at.manifest.at("spec")
    if not isinstance(hit.at.value, dict):
        raise LeftAlone("somebody chose ignoreNullValues")
    if not spec.integer("minReplicaCount") or spec.integer("idleReplicaCount") == 0:
        raise LeftAlone("its minimum is 0 replicas, and its metric may not exist before the first request")
    return [Put((*hit.at.path, "ignoreNullValues"), "false")]


@repair(
    "fallback-ignored",
    'Writes a target such as "25.0" as "25". Left alone where it has a fraction: which whole number is a decision.',
)
def whole_target(hit: Hit, _: Index) -> list[Change]:
    whole = re.fullmatch(r"(\d+)\.0*", hit.at.scalar() or "")
    if whole is None:
        raise LeftAlone("which whole number is meant is a decision")
    return [Put(hit.at.path, whole[1])]


@repair(
    "scaler-address-is-receiver",
    "Writes port 4318 for 4317 in `scalerAddress`.",
)
def dial_the_scaler(hit: Hit, _: Index) -> list[Change]:
    return [Put(hit.at.path, f"{(hit.at.text() or '').removesuffix(':4317')}:4318")]


REPAIRS = (
    name_with_colon, ask_for_successor, say_it_in_expr, say_that_nothing_is_not_zero, whole_target, dial_the_scaler,
)  # fmt: skip
