"""The queries of rendered triggers, answered as Prometheus answers them."""

import pytest

from headway.local.promql import NotUnderstood, read_query

SERIES = {
    "held": [({"model": "a"}, 2.0), ({"model": "b"}, 5.0)],
    "vllm:waiting": [({"model_name": "a", "engine": "0"}, 3.0), ({"model_name": "a", "engine": "1"}, 4.0)],
}


def ask(query: str) -> float | None:
    return read_query(query)(lambda name: SERIES.get(name, []))


def test_a_sum_adds_the_series_whose_labels_match() -> None:
    assert ask('sum(vllm:waiting{model_name="a"})') == 7


def test_a_sum_over_no_series_is_empty_and_not_zero() -> None:
    assert ask('sum(vllm:waiting{model_name="b"})') is None


def test_or_takes_its_right_side_where_the_left_is_empty() -> None:
    assert ask('sum(vllm:waiting{model_name="b"}) or on() (0 * sum(held{model="b"}))') == 0


def test_or_keeps_its_left_side_where_there_is_one() -> None:
    assert ask('sum(vllm:waiting{model_name="a"}) or on() (0 * sum(held{model="a"}))') == 7


def test_or_is_empty_where_both_sides_are_so_that_a_lost_pipeline_is_no_zero() -> None:
    assert ask('sum(vllm:waiting{model_name="c"}) or on() (0 * sum(held{model="c"}))') is None


@pytest.mark.parametrize(
    "query",
    [
        "rate(held[5m])",
        'sum(held{model=~"a|b"})',
        "sum(held) by (model)",
        "avg(held)",
        "sum(held",
        "",
        "sum(held) + 1",
        "sum(held{model=b})",
        'sum(held{"a"="b"})',
        "sum(5)",
        'sum({model="b"})',
    ],
)
def test_a_query_outside_of_the_grammar_is_refused(query: str) -> None:
    with pytest.raises(NotUnderstood):
        read_query(query)


def test_a_query_names_every_metric_that_it_reads() -> None:
    assert read_query('sum(a{x="y"}) * 2 or on() (0 * sum(b))').names == {"a", "b"}
