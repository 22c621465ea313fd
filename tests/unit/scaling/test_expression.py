"""The expression of a law: what is rendered for KEDA means what is evaluated here."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.scaling import Constant, Expression, Metric, maximum, minimum

NAMES = ("running", "waiting", "inflight", "held")
WHOLE = st.integers(0, 1000)
VALUES = st.fixed_dictionaries(dict.fromkeys(NAMES, WHOLE))


def _grown(below: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    pair = st.tuples(below, below)
    return st.one_of(
        pair.map(lambda two: two[0] + two[1]),
        pair.map(lambda two: two[0] - two[1]),
        pair.map(lambda two: two[0] * two[1]),
        pair.map(lambda two: maximum(*two)),
        pair.map(lambda two: minimum(*two)),
    )


EXPRESSIONS = st.recursive(
    st.one_of(st.sampled_from(NAMES).map(Metric), st.integers(-9, 99).map(Constant)), _grown, max_leaves=12
)


@given(EXPRESSIONS, VALUES)
def test_the_rendered_text_means_what_the_expression_evaluates_to(
    expression: Expression, values: dict[str, int]
) -> None:
    """expr-lang and Python agree on + - * and parentheses, on max and on min."""
    read_back = eval(expression.render(), {"__builtins__": {}, "max": max, "min": min}, values)  # noqa: S307
    assert math.isclose(read_back, expression.evaluate(values), rel_tol=1e-9)


@given(EXPRESSIONS)
def test_an_expression_reads_the_metrics_that_its_text_names_each_once(expression: Expression) -> None:
    named = [name for name in NAMES if name in expression.render()]
    assert sorted(expression.metrics()) == sorted(named)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Metric("running") + Metric("waiting") * 10, "running + waiting * 10"),
        ((Metric("running") + Metric("waiting")) * 50, "(running + waiting) * 50"),
        (Metric("a") - (Metric("b") - Metric("c")), "a - (b - c)"),
        (Metric("a") - Metric("b") - Metric("c"), "a - b - c"),
        (Metric("a") - Metric("b") * 2, "a - b * 2"),
        (maximum(Metric("waiting") * 50, 1), "max(waiting * 50, 1)"),
        (minimum(Metric("a"), 2.5), "min(a, 2.5)"),
    ],
)
def test_parentheses_stand_only_where_they_are_needed(expression: Expression, text: str) -> None:
    assert expression.render() == text


def test_clamp_min_does_not_exist_and_maximum_does() -> None:
    """Trap S1: `clamp_min` is PromQL; KEDA's webhook refuses it."""
    assert maximum(Metric("waiting") * 50, 1).evaluate({"waiting": 0}) == 1


@pytest.mark.parametrize("name", ["vllm:num_requests", "not", "1st", "", "a b", "in", "a-b"])
def test_a_name_that_is_no_identifier_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no expr identifier"):
        Metric(name)


def test_a_metric_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="waiting"):
        (Metric("running") + Metric("waiting")).evaluate({"running": 1})


def test_the_base_of_every_node_has_neither_text_nor_value() -> None:
    with pytest.raises(TypeError, match="no text"):
        Expression().render()
    with pytest.raises(TypeError, match="no value"):
        Expression().evaluate({})
