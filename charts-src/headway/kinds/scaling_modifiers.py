"""A formula over the triggers of a ScaledObject, and the names it may use."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from headway.kinds.resource import Spec

EXPR_KEYWORDS = frozenset(
    [
        "and",
        "contains",
        "else",
        "endsWith",
        "false",
        "if",
        "in",
        "let",
        "matches",
        "nil",
        "not",
        "or",
        "startsWith",
        "true",
    ]
)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WHOLE_NUMBER = r"^[1-9][0-9]*$"
_NUMBER = r"^[0-9]+(\.[0-9]+)?$"


def is_expr_identifier(name: str) -> bool:
    """Whether expr-lang reads the name as one variable (letters, digits, underscore; no keyword)."""
    return _IDENTIFIER.fullmatch(name) is not None and name not in EXPR_KEYWORDS


def _positive_whole_number(text: str) -> str:
    if not re.fullmatch(_WHOLE_NUMBER, text):
        raise ValueError(
            f"target is {text!r}; KEDA drops the fallback without a word unless target is a positive integer "
            f'in a string: write one such as "25"'
        )
    return text


def _string_with_pattern(pattern: str) -> Any:
    return WithJsonSchema({"type": "string", "pattern": pattern})


class ScalingModifiers(Spec):
    """One composite metric in place of the triggers' own."""

    formula: Annotated[str, Field(min_length=1)]
    """expr-lang over trigger names; `max`, `min`, `? :` and `??` exist, PromQL functions do not."""
    target: Annotated[str, AfterValidator(_positive_whole_number), _string_with_pattern(_WHOLE_NUMBER)]
    """Value per replica (AverageValue) or in total (Value)."""
    activation_target: Annotated[str, Field(pattern=_NUMBER)] | None = None
    """The composite must be strictly greater to leave zero replicas; KEDA takes 0."""
    metric_type: Literal["AverageValue", "Value"] | None = None
    """KEDA takes `AverageValue`, which counts pods that are still starting."""
