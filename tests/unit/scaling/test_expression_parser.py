"""Formulas that somebody wrote: read back, or refused with the place and the remedy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.scaling import (
    Constant,
    Expression,
    FormulaError,
    Metric,
    NotUnderstood,
    both,
    call,
    conditional,
    either,
    maximum,
    negation,
    over_list,
    parse,
)
from unit.scaling.expressions import numbers


@given(numbers())
def test_what_is_rendered_reads_back_as_the_same_expression(expression: Expression) -> None:
    assert parse(expression.render()) == expression


@given(st.text(max_size=60) | st.text("ab1+-*/%<>=!?:().,[]{}# \"'", max_size=40))
def test_any_text_is_an_expression_an_error_or_not_understood(text: str) -> None:
    try:
        expression = parse(text)
    except (FormulaError, NotUnderstood) as fault:
        position = fault.position
    else:
        assert parse(expression.render()) == expression
        position = 0
    assert 0 <= position <= len(text)


A, B = Metric("a"), Metric("b")


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("running + (waiting * 10)", Metric("running") + Metric("waiting") * 10),
        ("a^2", A**2),
        ("2**3**2", Constant(2) ** (Constant(3) ** 2)),
        ("-a ** 2", -(A**2)),
        ("a - -5", A - Constant(-5)),
        ("!(a > 1) ? 1 : 2", conditional(negation(A > 1), 1, 2)),
        ("a > 1 && b > 1 || a < b ? 1 : 2", conditional(either(both(A > 1, B > 1), A < B), 1, 2)),
        ("if a > 1 { 1 } else if b > 1 { 2 } else { 3 }", conditional(A > 1, 1, conditional(B > 1, 2, 3))),
        ("max(a, b,)", maximum(A, B)),
        ("0x10 + 0b11 + 0o17 + 1_000 + .5", Constant(16) + 3 + 15 + 1000 + 0.5),
        ("count([a, b], {# > 1})", over_list("count", [A, B], lambda each: each > 1)),
        ("a // what runs\n + b /* and waits */", A + B),
        ("ceil(a / 4)", call("ceil", A / 4)),
    ],
)
def test_every_spelling_is_read(text: str, expression: Expression) -> None:
    assert parse(text) == expression


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("clamp_min(a * 50, 1)", "column 1: expr has no function clamp_min; clamp_min is PromQL; write max(x, low)"),
        ("1 + clamp_max(a, 9)", "column 5: expr has no function clamp_max; clamp_max is PromQL; write min(x, high)"),
        ("a + avg(b)", "column 5: expr has no function avg; avg is PromQL; write mean(a, b)"),
        ("a + ciel(b)", "column 5: expr has no function ciel; did you mean ceil?"),
        ("rate(a)", "column 1: expr has no function rate; rate is PromQL; "),
        (
            "a % 2",
            "column 3: % cannot take float64 and int; it needs whole numbers and metrics are float64: write int(a)",
        ),
        ("a > 1 + true", "column 7: + cannot take int and bool; write condition ? 1 : 0 for a number"),
        ("a ? 1 : 2", "column 3: the condition of ? : is float64; make it a comparison, such as a > 1"),
        ("(a + b", "column 7: the end cannot stand here; expected ')'"),
        ("a b", "column 3: 'b' cannot stand here; "),
        ("a = 1 ? 2 : 3", "column 3: '=' cannot stand here; write == to compare"),
        ("a ?? 1 + 2", "column 8: '+' after ?? without parentheses; write (a ?? b) + c"),
        ("a @ b", "column 3: '@' is no character of expr; remove it"),
        ("12ab", "column 1: '12a' is no number; put a space or an operator after it"),
        ("9223372036854775808", "column 1: '9223372036854775808' is no number (more than 64 bits)"),
        ("a /* b", "column 3: a comment does not end; close it with */"),
        ("", "column 1: the end cannot stand here"),
        ("max()", "column 1: max has no arguments; give it one at least"),
        ("ceil(a, b)", "column 1: ceil takes one argument and has 2; "),
        ("sum(a)", "column 1: sum cannot take float64; write sum([a, b])"),
    ],
)
def test_an_error_says_where_what_and_what_instead(text: str, message: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("let x = a; x * 2", "let"),
        ("a | max(b)", "the operator |"),
        ("'high' == 'low' ? 1 : 2", "text in quotes"),
        ("len(filter([a, b], # > 1))", "the function filter"),
        ("sum(1..3)", "the operator .."),
        ("a in [1, 2] ? 1 : 2", "the operator in"),
        ("a not in [1, 2] ? 1 : 2", "the operator not"),
        ("[a, b][0]", "an index"),
        ("$env", "$env"),
        ("{x: a}", "a map"),
        ("now().Hour() > 8 ? a : b", "the function now"),
        ("[a] == [b] ? 1 : 2", "a list outside the functions that take one"),
        ("a; b", "several expressions with ; between them"),
        ("::max(a, b)", "::"),
        ("(" * 200 + "a" + ")" * 200, "more than 60 levels of nesting"),
        ("-" * 2000 + "a", "more than 60 levels of nesting"),
        ("if a > 1 {1} else " * 200 + "{2}", "more than 60 levels of nesting"),
        ("max(" + "a, " * 2000 + "a)", "a formula of more than 5000 characters"),
        (" + ".join("a" * 500), "an expression nested more than 120 deep"),
    ],
)
def test_what_expr_may_know_and_is_outside_the_subset_is_not_called_wrong(text: str, what: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        parse(text)
    assert caught.value.what == what
