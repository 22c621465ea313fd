"""Selecting objects by label."""

from typing import Literal

from headway.kinds.resource import Labels, LabelValue, QualifiedName, Spec


class LabelRequirement(Spec):
    """One condition on a label."""

    key: QualifiedName
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    values: tuple[LabelValue, ...] | None = None
    """Needed by `In` and `NotIn`, refused by the others."""


class LabelSelector(Spec):
    """Labels an object must carry. An empty selector selects everything."""

    match_labels: Labels | None = None
    match_expressions: tuple[LabelRequirement, ...] | None = None
