"""The expression of a law: built in code, rendered for KEDA, evaluated to the same number, explained."""

import math
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.scaling import (
    Constant,
    EvaluationError,
    Expression,
    ExpressionError,
    Metric,
    NilResult,
    NotUnderstood,
    both,
    call,
    coalesce,
    composite_milli,
    conditional,
    equals,
    maximum,
    minimum,
    negation,
    over_list,
    parse,
    weights,
)
from headway.scaling.expression import Array, Call, Element, Unary
from unit.scaling.expressions import NAMES, numbers

A, B, C = Metric("a"), Metric("b"), Metric("c")
PLAIN = st.recursive(
    st.sampled_from(NAMES).map(Metric) | st.integers(-9, 99).map(Constant),
    lambda below: st.one_of(
        st.builds(lambda one, other: one + other, below, below),
        st.builds(lambda one, other: one - other, below, below),
        st.builds(lambda one, other: one * other, below, below),
        st.builds(maximum, below, below),
        st.builds(minimum, below, below),
    ),
    max_leaves=12,
)


@given(PLAIN, st.fixed_dictionaries(dict.fromkeys(NAMES, st.integers(0, 1000))))
def test_the_rendered_text_means_what_the_expression_evaluates_to(
    expression: Expression, values: dict[str, int]
) -> None:
    """expr-lang and Python agree on + - * and parentheses, on max and on min."""
    read_back = eval(expression.render(), {"__builtins__": {}, "max": max, "min": min}, values)  # noqa: S307
    assert math.isclose(read_back, expression.evaluate(values), rel_tol=1e-9)


@given(numbers())
def test_an_expression_reads_the_metrics_that_its_text_names_each_once(expression: Expression) -> None:
    named = [name for name in NAMES if name in expression.render()]
    assert sorted(expression.metrics()) == sorted(named)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Metric("running") + Metric("waiting") * 10, "running + waiting * 10"),
        ((Metric("running") + Metric("waiting")) * 50, "(running + waiting) * 50"),
        (A - (B - C), "a - (b - c)"),
        (A - B - C, "a - b - c"),
        (A - B * 2, "a - b * 2"),
        (A / (B * C), "a / (b * c)"),
        (1 - A, "1 - a"),
        (-(A + B), "-(a + b)"),
        (-(A**2), "-a ** 2"),
        (Constant(-2) ** A, "(-2) ** a"),
        (A**B**C, "a ** b ** c"),
        ((A**B) ** C, "(a ** b) ** c"),
        (maximum(Metric("waiting") * 50, 1), "max(waiting * 50, 1)"),
        (minimum(A, 2.5), "min(a, 2.5)"),
        (coalesce(A, B, 8) * 2, "(a ?? b ?? 8) * 2"),
        (conditional(both(A > 1, negation(B < 2)), A, 0), "a > 1 and not (b < 2) ? a : 0"),
        (conditional(A > 1, 1, conditional(B > 1, 2, 3)), "a > 1 ? 1 : b > 1 ? 2 : 3"),
        (conditional(equals(A, 0), 1, 2) + 1, "(a == 0 ? 1 : 2) + 1"),
        (over_list("count", [A, B], lambda each: each > 1), "count([a, b], # > 1)"),
        (over_list("sum", [A, B]), "sum([a, b])"),
        (call("float", A) + 1, "float(a) + 1"),
        (conditional(call("float", A) > 1, 1, 2), "float(a) > 1 ? 1 : 2"),
    ],
)
def test_parentheses_stand_only_where_they_are_needed(expression: Expression, text: str) -> None:
    taken_as_it_is = text.startswith("float(") and "?" in text
    assert expression.render() == (f"({text})" if taken_as_it_is else text)
    assert parse(text) == expression


def test_clamp_min_does_not_exist_and_maximum_does() -> None:
    """Trap S1: `clamp_min` is PromQL; KEDA's webhook refuses it."""
    assert maximum(Metric("waiting") * 50, 1).evaluate({"waiting": 0}) == 1
    with pytest.raises(ExpressionError, match="no function clamp_min"):
        call("clamp_min", A, 1)


@pytest.mark.parametrize("name", ["vllm:num_requests", "not", "1st", "", "a b", "in", "a-b", "nil", "$env"])
def test_a_name_that_is_no_identifier_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no expr identifier"):
        Metric(name)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: A % 2, "% cannot take float64 and int; it needs whole numbers and metrics are float64: write int"),
        (lambda: A + True, "cannot take float64 and bool; write condition ? 1 : 0"),
        (lambda: A * Constant(None), "cannot take float64 and nil; nil stands only beside"),
        (lambda: both(A, B > 1), "and cannot take float64 and bool; it needs comparisons"),
        (lambda: conditional(A, 1, 2), "the condition of ? : is float64"),
        (lambda: call("ceil", A, B), "ceil takes one argument and has 2"),
        (lambda: call("max"), "max has no arguments"),
        (lambda: call("round", A > 1), "round cannot take bool; give it a number; of a condition write"),
        (lambda: call("sum", A), "sum cannot take float64"),
        (lambda: over_list("all", [A, B]), "all takes a list and a condition"),
        (lambda: over_list("count", [A], lambda each: each + 1), "the condition of count is float64"),
        (lambda: Call("max", (A,), A > 1), "max takes no condition"),
        (lambda: Call("count", (Array((Constant(1),)),), Element() > 1), "# is int here; build it with over_list"),
        (lambda: Metric("float"), "hides the function that KEDA wraps formulas in"),
        (lambda: Constant(math.inf), "no literal for inf"),
        (lambda: Constant(2**63), "does not fit in 64 bits"),
        (lambda: Unary("-", Constant(5)), "write it as a Constant"),
    ],
)
def test_what_keda_would_refuse_cannot_be_built(build: Callable[[], Expression], message: str) -> None:
    with pytest.raises(ExpressionError, match=re.escape(message)):
        build()


def test_lists_stand_only_in_the_functions_that_take_them() -> None:
    with pytest.raises(NotUnderstood, match="a list outside"):
        equals(Array((A,)), Array((B,)))


def test_an_expression_is_no_condition_of_python() -> None:
    """`max(a, b)` of Python would choose one of the two without a word."""
    with pytest.raises(TypeError, match="neither true nor false"):
        max(A, B)


def test_numbers_of_different_kinds_are_different_constants() -> None:
    assert len({Constant(2), Constant(2.0), Constant(1), Constant(True), Constant(0.0), Constant(-0.0)}) == 6


def test_a_metric_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="waiting"):
        (Metric("running") + Metric("waiting")).evaluate({"running": 1})


@pytest.mark.parametrize(
    ("expression", "values", "result"),
    [
        (A / B, {"a": 1, "b": 0}, math.inf),
        (A / B, {"a": -1, "b": 0}, -math.inf),
        (call("int", A) % 3, {"a": -7.9}, -1.0),
        (coalesce(A, B, 8), {"a": None, "b": None}, 8.0),
        (coalesce(A, B, 8), {"a": None, "b": 2}, 2.0),
        (conditional(A > 1, 1, B), {"a": 2, "b": None}, 1.0),
        (maximum(A, B), {"a": math.nan, "b": 2}, math.nan),
        (maximum(B, A), {"a": math.nan, "b": 2}, 2.0),
        (call("round", A), {"a": -2.5}, -3.0),
        (call("mean", A, B, 4), {"a": 1, "b": 1}, 2.0),
        (call("median", A, B, 4, 9), {"a": 1, "b": 2}, 3.0),
    ],
)
def test_values_are_those_of_go(expression: Expression, values: dict[str, float | None], result: float) -> None:
    assert expression.evaluate(values) == pytest.approx(result, nan_ok=True, abs=0)


def test_a_lost_metric_fails_unless_it_is_asked_for() -> None:
    with pytest.raises(EvaluationError):
        (A + 1).evaluate({"a": None})
    with pytest.raises(NilResult):
        coalesce(A, B).evaluate({"a": None, "b": None})


@pytest.mark.parametrize(
    ("value", "milli"),
    [(2.9999, 2999), (-2.9999, -2999), (0.0005, 0), (math.inf, -(2**63)), (math.nan, -(2**63)), (1e19, -(2**63))],
)
def test_the_hpa_gets_thousandths_cut_towards_zero(value: float, milli: int) -> None:
    assert composite_milli(value) == milli


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("running + waiting * 10", {"running": 1.0, "waiting": 10.0}),
        ("(a - b / 4) * 2 + 3", {"a": 2.0, "b": -0.5, "": 3.0}),
        ("a * b", None),
        ("a / 0", None),
        ("max(a, 1)", None),
    ],
)
def test_weights_are_what_one_unit_of_each_metric_adds(text: str, found: dict[str, float] | None) -> None:
    assert weights(parse(text)) == found


@given(PLAIN, st.fixed_dictionaries(dict.fromkeys(NAMES, st.integers(0, 1000))))
def test_a_weighted_sum_evaluates_to_its_weights(expression: Expression, values: dict[str, int]) -> None:
    found = weights(expression)
    if found is not None:
        total = sum(weight * values.get(name, 1) for name, weight in found.items())
        assert math.isclose(total, expression.evaluate(values), rel_tol=1e-9, abs_tol=1e-6)


@pytest.mark.parametrize(
    ("text", "explained"),
    [
        ("running + waiting * 10", "1 for each running, 10 for each waiting"),
        ("max(waiting * 50, 1)", "the largest of (50 for each waiting) and 1"),
        ("a ?? b ?? 8", "(a, or where that is lost: b), or where that is lost: 8"),
        ("a > 3 ? a * 2 - 1 : 0", "where a > 3: (2 for each a, -1 besides); otherwise: 0"),
        ("ceil(a / 4) * b", "((0.25 for each a), rounded up) times b"),
        ("count([a, b], # > 1)", "count([a, b], # > 1)"),
    ],
)
def test_an_expression_explains_itself(text: str, explained: str) -> None:
    assert parse(text).explain().splitlines() == [text, f"  {explained}"]


def test_an_explanation_says_what_a_metric_means() -> None:
    assert (A * 2).explain({"a": "requests", "b": "unused"}).splitlines()[2:] == ["  a: requests"]


def test_the_base_of_every_node_has_neither_text_nor_value() -> None:
    with pytest.raises(TypeError, match="no text"):
        Expression().render()
    with pytest.raises(TypeError, match="no value"):
        Expression().evaluate({})
