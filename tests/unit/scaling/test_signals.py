"""Where a law's metrics come from, against what engines export."""

from pathlib import Path

import pytest

from headway.catalog import load_catalog
from headway.domain.engine import EngineContract
from headway.scaling import GATEWAY_SERIES, LAWS, otel_query, promql, series

RECORDED = Path(__file__).parents[4] / "shared" / "samples" / "vllm-0.32.0" / "metrics-under-load.txt"
ENGINES = load_catalog().engines
METRICS = ("running", "waiting", "inflight", "held")


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES.keys())
def test_every_metric_of_every_law_has_a_series(engine: EngineContract) -> None:
    for law in LAWS.values():
        for metric in (*law.awake.metrics(), *law.asleep.metrics()):
            assert series(metric, engine)


def test_a_metric_that_nothing_exports_is_an_error() -> None:
    with pytest.raises(KeyError, match="sleeping"):
        series("sleeping", ENGINES["vllm"])


def test_vllm_exports_its_series_under_these_names_with_a_colon() -> None:
    """Trap S5: with an underscore it is not found, and reads as 0."""
    if not RECORDED.exists():
        pytest.skip(f"no {RECORDED}: metrics of vLLM are compared only where they were recorded")
    text = RECORDED.read_text(encoding="utf-8")
    for name in (ENGINES["vllm"].metrics.running, ENGINES["vllm"].metrics.waiting):
        assert f"\n{name}{{" in text
        assert 'model_name="' in text.partition(f"\n{name}{{")[2].partition("}")[0]


@pytest.mark.parametrize(
    ("metric", "engine", "may_sleep", "query"),
    [
        ("running", "vllm", False, 'sum(vllm:num_requests_running{model_name="m"})'),
        ("waiting", "sglang", False, 'sum(sglang:num_queue_reqs{model_name="m"})'),
        ("held", "vllm", True, 'sum(headway_gateway_requests_held{model="m"})'),
        ("inflight", "sglang", True, 'sum(headway_gateway_requests_in_flight{model="m"})'),
        (
            "waiting",
            "vllm",
            True,
            'sum(vllm:num_requests_waiting{model_name="m"}) or on() (0 * sum(headway_gateway_requests_held{model="m"}))',
        ),
    ],
)
def test_a_query_asks_for_one_total(metric: str, engine: str, may_sleep: bool, query: str) -> None:
    assert promql(metric, ENGINES[engine], "m", "deployment", may_sleep) == query


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("metric", METRICS)
def test_the_otel_form_knows_one_metric_and_equality_only(metric: str, engine: str) -> None:
    """Trap S11: `metricQuery` takes no arithmetic."""
    label = "model" if metric in GATEWAY_SERIES else "model_name"
    assert (
        otel_query(metric, ENGINES[engine], "m", "deployment") == f"sum({series(metric, ENGINES[engine])}{{{label}=m}})"
    )


def test_a_deployment_that_always_runs_reads_a_lost_engine_as_an_error_not_as_zero() -> None:
    """Trap S7: an empty answer makes KEDA fall back."""
    assert " or " not in promql("running", ENGINES["vllm"], "m", "deployment", may_sleep=False)
