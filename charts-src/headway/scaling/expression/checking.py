"""What is wrong with a formula, before KEDA says so or takes it for something else."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Literal

from headway.scaling.expression.errors import EvaluationError, ExpressionError, FormulaError, NotUnderstood
from headway.scaling.expression.formula import CONVERSION, NOT_A_FLOAT, RESULT, Formula, is_taken_as_it_is
from headway.scaling.expression.lexer import tokens
from headway.scaling.expression.misreading import misread
from headway.scaling.expression.names import KNOWN_FUNCTIONS, OTHER_FUNCTIONS, function_remedy, is_identifier, listed
from headway.scaling.expression.nodes import Array, Binary, Call, Conditional, Expression, Metric
from headway.scaling.expression.parser import parse
from headway.scaling.expression.static_type import NUMBERS, UNTYPED

Outcome = Literal["refused", "misread", "not understood"]
DUMMY = -1.0
"""What the webhook takes for every trigger."""
_FUNCTIONS = KNOWN_FUNCTIONS | OTHER_FUNCTIONS


@dataclass(frozen=True)
class Problem:
    """What is wrong with a formula, where, and what would be right."""

    outcome: Outcome
    """`refused` by KEDA; `misread`: accepted, and not what it looks like; `not understood`: no verdict."""
    problem: str
    remedy: str
    position: int = 0
    """Characters before it in the formula."""
    traps: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return f"column {self.position + 1}: {self.problem}; {self.remedy}"


def read_formula(text: str, triggers: Collection[str]) -> Formula:
    """The formula over these triggers.

    Raises `FormulaError` where KEDA refuses it, and `NotUnderstood`.
    """
    for found in check_formula(text, triggers):
        if found.outcome == "not understood":
            raise NotUnderstood(found.problem, found.position)
        if found.outcome == "refused":
            raise FormulaError(found.problem, found.remedy, found.position)
    return Formula(text, parse(text))


def check_formula(text: str, triggers: Collection[str]) -> list[Problem]:
    """Everything wrong with a `scalingModifiers.formula` over triggers of these names (none of type cpu or memory)."""
    if text == "":
        return [Problem("refused", "the formula is empty", "write one, or leave scalingModifiers out")]
    try:
        expression = parse(text)
    except NotUnderstood as unknown:
        return list(_unknown_functions(text, triggers)) or [_not_understood(unknown)]
    except FormulaError as error:
        return [_unbalanced(text) or _refused(error)]
    named = [*_names(expression, text, triggers)]
    return named or _checked(expression, text, triggers)


def _checked(expression: Expression, text: str, triggers: Collection[str]) -> list[Problem]:
    """Types of the whole, a run with dummies, and what is accepted and misread. All names are known."""
    if problem := _wrapping(text, triggers) or _result(expression, text):
        return [problem]
    try:
        Formula(text, expression).evaluate(dict.fromkeys(triggers, DUMMY))
    except ExpressionError as error:
        return [Problem("refused", error.problem, error.remedy)]
    except EvaluationError as error:
        if str(error) != NOT_A_FLOAT:
            remedy = "KEDA tries every formula with -1 for each trigger: make it work there"
            return [Problem("refused", f"with every metric at -1 it fails: {error}", remedy)]
    return [
        Problem("misread", found.problem, found.remedy, _position(text, found.about))
        for found in misread(expression, text)
    ]


def _names(expression: Expression, text: str, triggers: Collection[str]) -> Iterator[Problem]:
    for name in expression.metrics():
        if name in triggers:
            continue
        if name in _FUNCTIONS and _passes_as_value(expression, name):
            yield Problem("not understood", f"the function {name} without arguments", f"write {name}(…)")
            continue
        remedy = _trigger_remedy(name, triggers)
        yield Problem("refused", f"no trigger is called {name}", remedy, _position(text, name), ("S2",))
    for name in sorted(_called(expression) & set(triggers)):
        problem = f"a trigger called {name} hides the function {name}"
        yield Problem("refused", problem, "give the trigger another name", _position(text, name), ("S2",))


def _trigger_remedy(name: str, triggers: Collection[str]) -> str:
    unusable = [trigger for trigger in triggers if name in trigger and not is_identifier(trigger)]
    if unusable:
        return (
            f"a formula cannot name the trigger {unusable[0]!r}: rename it, with letters, digits and underscores only"
        )
    if near := difflib.get_close_matches(name, triggers, n=1):
        return f"did you mean {near[0]}?"
    if name in _FUNCTIONS:
        return f"{name} is a function: write {name}(…)"
    return f"triggers are called {listed(triggers)}" if triggers else "give a trigger that name"


def _passes_as_value(expression: Expression, name: str) -> bool:
    """Whether a function's bare name stands where expr compares or passes on values without looking at them.

    Arguments behind one of unknown type (a ternary of an int and a float) are not looked at either.
    """
    passes = isinstance(expression, Array | Conditional) or (
        isinstance(expression, Binary) and expression.operator in ("??", "==", "!=")
    )
    if isinstance(expression, Call) and Metric(name) in expression.parts:
        before = expression.parts[: expression.parts.index(Metric(name))]
        passes = any(part.type in UNTYPED for part in before)
    return (passes and Metric(name) in expression.parts) or any(
        _passes_as_value(part, name) for part in expression.parts
    )


def _called(expression: Expression) -> set[str]:
    own = {expression.function} if isinstance(expression, Call) else set()
    return own.union(*(_called(part) for part in expression.parts))


def _wrapping(text: str, triggers: Collection[str]) -> Problem | None:
    """What goes wrong only because of the text that KEDA puts around it."""
    if "float" in triggers:
        problem = "a trigger called float hides the function that KEDA wraps formulas in"
        return Problem("refused", problem, "give the trigger another name", traps=("S2",))
    if "??" in text and RESULT in triggers:
        return Problem("refused", f"a trigger is called {RESULT}", "KEDA uses that name: choose another", traps=("S2",))
    if is_taken_as_it_is(text):
        return None
    try:
        parse(f"({text})")
    except FormulaError as error:
        remedy = "KEDA puts ) behind the formula: end the comment with a new line, or leave it out"
        position = min(len(text), max(0, error.position - 1))
        return Problem("refused", f"its end is not seen ({error.problem})", remedy, position)
    return None


def _result(expression: Expression, text: str) -> Problem | None:
    if expression.type in (*NUMBERS, *UNTYPED) or is_taken_as_it_is(text):
        return None
    remedy = "write condition ? 1 : 0" if str(expression.type) == "bool" else "it must give a number"
    return Problem("refused", f"the formula gives a {expression.type}, no number", remedy)


def _unknown_functions(text: str, triggers: Collection[str]) -> Iterator[Problem]:
    """Functions that expr does not have, in a formula that is not understood otherwise."""
    if "$env" in text:  # expr does not look at what stands in the brackets behind it
        return
    try:
        words = tokens(text)
    except (FormulaError, NotUnderstood):
        return
    for before, word, after in zip([None, *words], words, words[1:], strict=False):
        own = before is not None and before.text in (".", "?.", "let")
        if (
            word.kind == "name"
            and after.text == "("
            and word.text not in _FUNCTIONS
            and word.text not in triggers
            and not own
        ):
            yield Problem(
                "refused", f"expr has no function {word.text}", function_remedy(word.text), word.position, ("S1",)
            )


def _unbalanced(text: str) -> Problem | None:
    """`a) + (b` is no expression, and becomes one between KEDA's brackets."""
    if is_taken_as_it_is(text):
        return None
    try:
        parse(f"({text})" if "??" in text else f"{CONVERSION}{text})")
    except FormulaError:
        return None
    except NotUnderstood as unknown:
        return _not_understood(unknown)
    problem = "an expression only between the brackets that KEDA puts around it"
    return Problem("not understood", problem, "close every bracket that it opens")


def _refused(error: FormulaError) -> Problem:
    function = error.problem.startswith("expr has no function")
    return Problem("refused", error.problem, error.remedy, error.position, ("S1",) if function else ())


def _not_understood(unknown: NotUnderstood) -> Problem:
    remedy = "expr may know it; to have it checked, write it with metrics, numbers and + - * / max min ? :"
    return Problem("not understood", unknown.what, remedy, unknown.position)


def _position(text: str, about: str) -> int:
    """Where a name or a piece of the formula begins."""
    try:
        named = [word.position for word in tokens(text) if word.text == about]
    except (FormulaError, NotUnderstood):
        named = []
    return named[0] if named else max(0, text.find(about))
