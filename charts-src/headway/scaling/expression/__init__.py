"""The language of `scalingModifiers.formula`: built, read, rendered, explained and evaluated as KEDA does."""

from headway.scaling.expression.building import (
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
from headway.scaling.expression.checking import Problem, check_formula, read_formula
from headway.scaling.expression.errors import EvaluationError, ExpressionError, FormulaError, NilResult, NotUnderstood
from headway.scaling.expression.explanation import weights
from headway.scaling.expression.formula import Formula, composite_milli
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
    constant,
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
    "both",
    "call",
    "check_formula",
    "coalesce",
    "composite_milli",
    "conditional",
    "constant",
    "either",
    "equals",
    "maximum",
    "minimum",
    "negation",
    "negative",
    "over_list",
    "parse",
    "read_formula",
    "weights",
]
