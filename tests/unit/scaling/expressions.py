"""Hypothesis strategies for expressions, built as code builds them."""

from hypothesis import strategies as st

from headway.scaling import (
    Constant,
    Expression,
    Metric,
    both,
    call,
    coalesce,
    conditional,
    either,
    equals,
    maximum,
    minimum,
    negation,
    over_list,
)
from headway.scaling.expression import negative

NAMES = ("running", "waiting", "inflight", "held")
WHOLE = st.integers(-50, 1000).map(Constant)
BROKEN = st.floats(allow_nan=False, allow_infinity=False).map(Constant)
METRICS = st.sampled_from(NAMES).map(Metric)
VALUES = st.fixed_dictionaries(dict.fromkeys(NAMES, st.floats() | st.integers(-5, 500).map(float) | st.none()))


def numbers(depth: int = 3) -> st.SearchStrategy[Expression]:
    """Expressions that give a number."""
    leaves: st.SearchStrategy[Expression] = METRICS | METRICS | WHOLE | BROKEN
    if depth == 0:
        return leaves
    below = st.deferred(lambda: numbers(depth - 1))
    lists = st.lists(below, min_size=1, max_size=3)
    return st.one_of(
        leaves,
        st.builds(lambda one, other, make: make(one, other), below, below, st.sampled_from(_OPERATORS)),
        st.builds(lambda one, exponent: one**exponent, below, st.sampled_from((-2, -1, 0, 2, 3, 0.5))),
        st.builds(
            lambda parts, make: make(*parts), st.lists(below, min_size=1, max_size=3), st.sampled_from(_AGGREGATES)
        ),
        st.builds(call, st.sampled_from(("ceil", "floor", "round", "abs", "int", "float")), below),
        below.map(negative),
        st.builds(over_list, st.just("sum"), lists),
        st.builds(lambda items, bound: over_list("count", items, lambda each: each > bound), lists, below),
        st.builds(conditional, truths(depth - 1), below, below),
        st.builds(coalesce, METRICS, METRICS, below),
        st.builds(lambda one, other: call("int", one) % call("int", other), below, below),
    )


def truths(depth: int) -> st.SearchStrategy[Expression]:
    """Expressions that are true or false."""
    compared = st.builds(
        lambda one, other, make: make(one, other), numbers(min(depth, 1)), numbers(0), st.sampled_from(_COMPARISONS)
    )
    if depth <= 0:
        return compared
    below = st.deferred(lambda: truths(depth - 1))
    return st.one_of(compared, below.map(negation), st.builds(both, below, below), st.builds(either, below, below))


_OPERATORS = (
    lambda one, other: one + other,
    lambda one, other: one - other,
    lambda one, other: one * other,
    lambda one, other: one / other,
)
_COMPARISONS = (lambda one, other: one < other, lambda one, other: one >= other, equals)
_AGGREGATES = (maximum, minimum, lambda *parts: call("mean", *parts), lambda *parts: call("median", *parts))
