"""The language of `scalingModifiers.formula`: built, read, rendered, explained and evaluated as KEDA does."""

from headway.scaling.expression.errors import EvaluationError, ExpressionError, FormulaError, NilResult, NotUnderstood
from headway.scaling.expression.formula import Formula, Problem, check_formula, composite_milli, read_formula
from headway.scaling.expression.nodes import (
    Array,
    Binary,
    Call,
    Conditional,
    Constant,
    Element,
    Expression,
    Metric,
    Unary,
    coalesce,
    conditional,
    constant,
    maximum,
    minimum,
    negative,
)
from headway.scaling.expression.parser import parse

__all__ = [
    "Array",
    "Binary",
    "Call",
    "Conditional",
    "Constant",
    "Element",
    "EvaluationError",
    "Expression",
    "ExpressionError",
    "Formula",
    "FormulaError",
    "Metric",
    "NilResult",
    "NotUnderstood",
    "Problem",
    "Unary",
    "check_formula",
    "coalesce",
    "composite_milli",
    "conditional",
    "constant",
    "maximum",
    "minimum",
    "negative",
    "parse",
    "read_formula",
]
