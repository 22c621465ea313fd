"""A formula as KEDA takes it: admitted by its webhook, compiled by its operator, evaluated on trigger values.

KEDA puts the text between `float(` and `)` unless it begins with `float(`; with `??` in it, nil stays nil. Its webhook
compiles that against the names of the triggers and runs it once with -1.0 for each. The result is cut to thousandths.
Read from kedacore/keda v2.20.2: `apis/keda/v1alpha1/scaledobject_webhook.go`, `pkg/scaling/modifiers/formula.go`.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from headway.scaling.expression import go_numbers as go
from headway.scaling.expression.errors import EvaluationError, ExpressionError, FormulaError, NilResult, NotUnderstood
from headway.scaling.expression.evaluation import as_float, raw_value
from headway.scaling.expression.folding import folded
from headway.scaling.expression.lexer import tokens
from headway.scaling.expression.names import KNOWN_FUNCTIONS, OTHER_FUNCTIONS, function_remedy, listed
from headway.scaling.expression.nodes import Binary, Call, Constant, Expression
from headway.scaling.expression.parser import parse
from headway.scaling.expression.static_type import FLOAT, NUMBERS, UNTYPED

Outcome = Literal["refused", "misread", "not understood"]
DUMMY = -1.0
"""What the webhook takes for every trigger."""
_CONVERSION = "float("
_RESULT = "_kedaCompositeResult"


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


@dataclass(frozen=True)
class Formula:
    """A formula that KEDA accepts."""

    text: str
    expression: Expression

    def evaluate(self, values: Mapping[str, float | None]) -> float | None:
        """What KEDA gets: `None` where the formula is nil, and KEDA takes fallback.replicas times target.

        `None` as a value is a trigger that is lost, which KEDA passes on with fallback behaviour `scalingModifiers` only.
        Raises `EvaluationError` where KEDA reports an error, `KeyError` for a trigger without a value.
        """
        value = raw_value(self.expression, values)
        if self.text.startswith(_CONVERSION) and "??" not in self.text and not isinstance(value, float):
            raise EvaluationError("the formula begins with float( and its result is none")
        try:
            return as_float(value)
        except NilResult:
            if "??" not in self.text:
                raise
            return None


def composite_milli(value: float) -> int:
    """Thousandths that KEDA hands to the HPA: cut towards zero; infinities and NaN become the smallest int64 (amd64)."""
    return go.to_int(value * 1000)


def read_formula(text: str, triggers: Collection[str]) -> Formula:
    """The formula over these triggers.

    Raises `FormulaError` where KEDA refuses it or it fails at once, and `NotUnderstood`.
    """
    refused = [problem for problem in check_formula(text, triggers) if problem.outcome != "misread"]
    if not refused:
        return Formula(text, parse(text))
    first = refused[0]
    if first.outcome == "not understood":
        raise NotUnderstood(first.problem, first.position)
    raise FormulaError(first.problem, first.remedy, first.position)


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
    return [*_names(expression, text, triggers)] or _run(expression, text, triggers)


def _run(expression: Expression, text: str, triggers: Collection[str]) -> list[Problem]:
    """Types of the whole, a run with dummies, and what is accepted and misread. All names are known."""
    if problem := _wrapping(text, triggers) or _result(expression):
        return [problem]
    try:
        Formula(text, folded(expression)).evaluate(dict.fromkeys(triggers, DUMMY))
    except ExpressionError as error:
        return [Problem("refused", error.problem, error.remedy)]
    except EvaluationError as error:
        if not str(error).startswith("the formula begins"):
            remedy = "KEDA tries every formula with -1 for each trigger: make it work there"
            return [Problem("refused", f"with every metric at -1 it fails: {error}", remedy)]
    return list(_misread(expression, text))


def _names(expression: Expression, text: str, triggers: Collection[str]) -> Iterator[Problem]:
    for name in expression.metrics():
        if name not in triggers:
            near = difflib.get_close_matches(name, triggers, n=1)
            known = f"triggers are called {listed(triggers)}" if triggers else "no trigger has a name"
            if name in KNOWN_FUNCTIONS | OTHER_FUNCTIONS and not near:
                known = f"{name} is a function: write {name}(…)"
            remedy = f"did you mean {near[0]}?" if near else known
            yield Problem("refused", f"no trigger is called {name}", remedy, _position(text, name), ("S2",))
    for name in sorted(_called(expression) & set(triggers)):
        problem = f"a trigger called {name} hides the function {name}"
        yield Problem("refused", problem, "give the trigger another name", _position(text, name), ("S2",))


def _called(expression: Expression) -> set[str]:
    own = {expression.function} if isinstance(expression, Call) else set()
    return own.union(*(_called(part) for part in expression.parts))


def _wrapping(text: str, triggers: Collection[str]) -> Problem | None:
    """What goes wrong only because of the text that KEDA puts around it."""
    if "float" in triggers:
        problem = "a trigger called float hides the function that KEDA wraps formulas in"
        return Problem("refused", problem, "give the trigger another name", traps=("S2",))
    if "??" in text:
        if _RESULT in triggers:
            return Problem("refused", f"a trigger is called {_RESULT}", "KEDA uses that name: choose another")
        if text.startswith(f"let {_RESULT} = "):
            return Problem("not understood", "KEDA's own wrapping around the formula", "write the formula alone")
    elif text.startswith(_CONVERSION):
        return None
    try:
        parse(f"({text})")
    except FormulaError as error:
        remedy = "KEDA puts ) behind the formula: end the comment with a new line, or leave it out"
        return Problem("refused", f"its end is not seen ({error.problem})", remedy, max(0, error.position - 1))
    return None


def _result(expression: Expression) -> Problem | None:
    if expression.type in (*NUMBERS, *UNTYPED):
        return None
    remedy = "write condition ? 1 : 0" if str(expression.type) == "bool" else "it must give a number"
    return Problem("refused", f"the formula gives a {expression.type}, no number", remedy)


def _misread(expression: Expression, text: str) -> Iterator[Problem]:
    if text.startswith(_CONVERSION) and "??" not in text and expression.type is not FLOAT:
        yield Problem(
            "misread",
            f"it begins with float(, so KEDA converts nothing, and its result can be {expression.type}, an error",
            f"write ({text})",
        )
    if not expression.metrics():
        yield Problem("misread", "it reads no metric, so its value never changes", "name a trigger in it")
    for node in _nodes(expression):
        match node:
            case Binary("/" | "%" as operator, _, divisor) if divisor.metrics() and not _positive(divisor):
                shown = divisor.render()
                result = "infinity, which reaches the HPA as a number of its own" if operator == "/" else "an error"
                yield Problem(
                    "misread", f"where {shown} is 0, {operator} gives {result}", f"divide by max({shown}, 1)",
                    max(0, text.find(shown)),
                )  # fmt: skip
            case Binary("==" | "!=", Call() as one, Call() as other) if _may_turn_float(one) or _may_turn_float(other):
                yield _int_in_name(node, text)
            case Binary("==" | "!=" | "%", one, other) if _may_turn_float(one) or _may_turn_float(other):
                yield _int_in_name(node, text)


def _int_in_name(node: Binary, text: str) -> Problem:
    """`max(1, a)` has the type of its first argument, 1, for the checker, and that of the larger one when it runs."""
    return Problem(
        "misread",
        f"{node.render()} fails where its int turns out to be a float64",
        "write the metric first, or int(…) around the call",
        max(0, text.find(node.operator)),
    )


def _may_turn_float(node: Expression) -> bool:
    aggregate = isinstance(node, Call) and node.function in ("max", "min", "mean", "median", "abs")
    typed = str(node.type) == "int"
    return aggregate and typed and any(part.type is FLOAT or _may_turn_float(part) for part in node.parts)


def _positive(divisor: Expression) -> bool:
    """Whether a positive constant keeps it from zero: `max(a, 1)`, or `max(a, 1) * 2`."""
    match divisor:
        case Constant(int() | float() as value):
            return value > 0
        case Call("max", arguments):
            return any(_positive(argument) for argument in arguments)
        case Call("min", arguments):
            return all(_positive(argument) for argument in arguments)
        case Binary("*" | "/" | "+", left, right):
            return _positive(left) and _positive(right)
        case Call("float" | "ceil", (argument,)):
            return _positive(argument)
    return False


def _nodes(expression: Expression) -> Iterator[Expression]:
    yield expression
    for part in expression.parts:
        yield from _nodes(part)


def _unknown_functions(text: str, triggers: Collection[str]) -> Iterator[Problem]:
    """Functions that expr does not have, in a formula that is not understood otherwise."""
    try:
        words = tokens(text)
    except (FormulaError, NotUnderstood):
        return
    known = KNOWN_FUNCTIONS | OTHER_FUNCTIONS | set(triggers)
    for before, word, after in zip([None, *words], words, words[1:], strict=False):
        field_of = before is not None and before.text in (".", "?.", "let")
        if word.kind == "name" and after.text == "(" and word.text not in known and not field_of:
            yield Problem(
                "refused", f"expr has no function {word.text}", function_remedy(word.text), word.position, ("S1",)
            )


def _unbalanced(text: str) -> Problem | None:
    """`a) + (b` is no expression, and becomes one between KEDA's brackets."""
    around = "({})" if "??" in text else "float({})"
    if text.startswith(_CONVERSION) and "??" not in text:
        return None
    try:
        parse(around.format(text))
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


def _position(text: str, name: str) -> int:
    try:
        return next((word.position for word in tokens(text) if word.text == name), 0)
    except (FormulaError, NotUnderstood):
        return 0
