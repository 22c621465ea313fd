"""What `check_formula` finds before KEDA does, and what KEDA never says."""

import pytest

from headway.charts.controllers.keda import VERSION
from headway.scaling import FormulaError, NotUnderstood, check_formula, check_target, read_formula

TRIGGERS = ("running", "waiting")


@pytest.mark.parametrize(
    ("formula", "problem", "remedy", "position", "traps"),
    [
        ("clamp_min(waiting * 50, 1)", "expr has no function clamp_min", "write max(x, low)", 0, ("S1",)),
        ("max(current_queue * 50, 1)", "no trigger is called current_queue", "running, waiting", 4, ("S2",)),
        ("running + wating * 10", "no trigger is called wating", "did you mean waiting?", 10, ("S2",)),
        ("running > 1", "the formula gives a bool, no number", "write condition ? 1 : 0", 0, ()),
        ("nil", "the formula gives a nil, no number", "it must give a number", 0, ()),
        ("100 % int(running + 1)", "with every metric at -1 it fails: % by zero", "make it work there", 0, ()),
        ("running + 1 % 0", "1 % 0 has no value", "divide by something else", 0, ()),
        ("running // busy", "its end is not seen", "KEDA puts ) behind the formula", 15, ()),
        ("", "the formula is empty", "write one", 0, ()),
        ("max * 2", "no trigger is called max", "max is a function: write max(…)", 0, ("S2",)),
    ],
)  # fmt: skip
def test_what_keda_refuses(formula: str, problem: str, remedy: str, position: int, traps: tuple[str, ...]) -> None:
    [one] = check_formula(formula, TRIGGERS)
    assert (one.outcome, one.position, one.traps) == ("refused", position, traps)
    assert problem in one.problem
    assert remedy in one.remedy


def test_every_unknown_name_is_reported_at_once() -> None:
    found = check_formula("busy + queued * 10 + running", TRIGGERS)
    assert [(one.problem, one.position) for one in found] == [
        ("no trigger is called busy", 0),
        ("no trigger is called queued", 7),
    ]


def test_a_trigger_that_no_formula_can_name_is_told_apart() -> None:
    found = check_formula("queue-depth * 50", ("queue-depth",))
    assert "a formula cannot name the trigger 'queue-depth'" in found[0].remedy


@pytest.mark.parametrize(
    ("trigger", "formula"), [("max", "max(max, 1)"), ("float", "float + 1"), ("count", "count([count], # > 1)")]
)
def test_a_trigger_that_hides_a_function_is_found(trigger: str, formula: str) -> None:
    assert "hides the function" in check_formula(formula, (trigger,))[0].problem


def test_a_trigger_called_like_a_function_that_is_not_called_is_fine() -> None:
    assert check_formula("count * 2", ("count",)) == []


@pytest.mark.parametrize(
    ("formula", "problem"),
    [
        ("running / waiting", "where waiting is 0 it is infinite or NaN"),
        ("100 % int(running)", "where int(running) is 0 it fails"),
        ("float(running) > 1 ? 1 : 2", "it begins with float(, so KEDA converts nothing; its result is int"),
        ("max(1, running) == 1 ? 1 : 2", "fails where what looks like an int turns out to be a float64"),
        ("25", "it reads no metric, so its value never changes"),
    ],
)
def test_what_keda_accepts_and_a_reader_would_misread(formula: str, problem: str) -> None:
    [found] = check_formula(formula, TRIGGERS)
    assert found.outcome == "misread"
    assert problem in found.problem
    assert read_formula(formula, TRIGGERS).text == formula


@pytest.mark.parametrize(
    "formula",
    [
        "running + waiting * 10",
        "running / max(waiting, 1)",
        "running / (max(waiting, 1) * 2)",
        "running ?? waiting ?? 8",
        "float(running) + waiting",
        "count([running, waiting], # > 1) > 1 ? 5 : 0",
        "running > 2 ? running + waiting : 1",
    ],
)
def test_a_good_formula_has_no_finding(formula: str) -> None:
    assert check_formula(formula, TRIGGERS) == []


@pytest.mark.parametrize("formula", ["let x = running; x", "running) + (waiting", "string(running) == '1' ? 1 : 2"])
def test_what_is_not_understood_is_no_verdict(formula: str) -> None:
    [found] = check_formula(formula, TRIGGERS)
    assert found.outcome == "not understood"
    with pytest.raises(NotUnderstood):
        read_formula(formula, TRIGGERS)


def test_a_function_that_does_not_exist_is_found_beside_what_is_not_understood() -> None:
    [found] = check_formula("let x = clamp_min(running, 1); x", TRIGGERS)
    assert (found.outcome, found.traps, found.position) == ("refused", ("S1",), 8)


def test_reading_a_refused_formula_raises() -> None:
    with pytest.raises(FormulaError, match="no trigger is called busy"):
        read_formula("busy", TRIGGERS)


@pytest.mark.parametrize("target", ["25", "+25", "025"])
def test_a_whole_target_keeps_the_fallback(target: str) -> None:
    assert check_target(target, has_fallback=True) == []


@pytest.mark.parametrize(
    ("target", "outcome", "message"),
    [
        ("25.0", "misread", 'KEDA drops the fallback without a word; write "25"'),
        ("2.5e1", "misread", 'KEDA drops the fallback without a word; write "25"'),
        ("0", "refused", "the target is 0; write what one replica carries, more than 0"),
        ("-5", "refused", "the target is -5"),
        ("abc", "refused", "the target 'abc' is no number"),
        ("", "refused", "the target is empty"),
        ("0.0001", "misread", "the HPA gets the target 0.0001 as 0"),
    ],
)
def test_a_target_that_loses_the_fallback_or_is_refused(target: str, outcome: str, message: str) -> None:
    """Trap S8."""
    [found] = check_target(target, has_fallback=True)
    assert found.outcome == outcome
    assert message in str(found)


def test_without_a_fallback_a_broken_target_is_fine() -> None:
    assert check_target("25.5", has_fallback=False) == []


def test_formulas_are_compared_with_the_expr_of_the_keda_that_is_installed(repository) -> None:
    """A new KEDA: look up expr-lang/expr in its go.mod, set it in tools/expr-eval and here, and run the comparison."""
    assert {"2.20.2": "v1.17.8"}[VERSION] in (repository / "tools" / "expr-eval" / "go.mod").read_text()


def test_arguments_behind_one_of_unknown_type_are_not_looked_at() -> None:
    """expr's checker stops at a ternary of an int and a float; a bare function behind it fails only when it is run."""
    mixed = "min((held == 0 ? running : 10), max(running, 1), ceil, held)"
    [passed] = check_formula(mixed, {"held", "running"})
    assert passed.outcome == "not understood"
    [refused] = check_formula("min(running, ceil)", {"running"})
    assert refused.outcome == "refused"
