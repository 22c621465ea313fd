"""A formula as KEDA takes it: admitted by its webhook, compiled by its operator, evaluated on trigger values.

KEDA puts the text between `float(` and `)` unless it begins with `float(`; with `??` in it, nil stays nil. Its webhook
compiles that against the names of the triggers and runs it once with -1.0 for each. The result is cut to thousandths.
Read from kedacore/keda v2.20.2: `apis/keda/v1alpha1/scaledobject_webhook.go`, `pkg/scaling/modifiers/formula.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from headway.scaling.expression import go_numbers as go
from headway.scaling.expression.errors import EvaluationError
from headway.scaling.expression.evaluation import as_float, raw_value
from headway.scaling.expression.nodes import Expression

CONVERSION = "float("
RESULT = "_kedaCompositeResult"
"""The name KEDA gives to the result of a formula with `??`."""
NOT_A_FLOAT = "the formula begins with float( and its result is no float64"


@dataclass(frozen=True)
class Formula:
    """A formula that KEDA accepts; `read_formula` makes it."""

    text: str
    expression: Expression

    def evaluate(self, values: Mapping[str, float | None]) -> float | None:
        """What KEDA gets: `None` where the formula is nil, and KEDA takes fallback.replicas times target.

        `None` as a value is a trigger that is lost, which KEDA passes on with fallback behaviour `scalingModifiers` only.
        Raises `EvaluationError` where KEDA reports an error, `KeyError` for a trigger without a value.
        """
        value = raw_value(self.expression, values)
        if value is None and not is_converted(self.text):
            return None
        if is_taken_as_it_is(self.text) and not isinstance(value, float):
            raise EvaluationError(NOT_A_FLOAT)
        return as_float(value)


def is_converted(text: str) -> bool:
    """Whether KEDA puts `float(…)` around the text."""
    return "??" not in text and not text.startswith(CONVERSION)


def is_taken_as_it_is(text: str) -> bool:
    """Whether KEDA adds nothing: the text begins with `float(`, whatever follows."""
    return "??" not in text and text.startswith(CONVERSION)


def composite_milli(value: float) -> int:
    """Thousandths that KEDA hands to the HPA: cut towards zero; infinities and NaN become the smallest int64 (amd64)."""
    return go.to_int(value * 1000)
