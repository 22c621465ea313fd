"""As much of a PromQL query as rules need: its metric names, and whether it gives one series. Not a parser.

A query that is not understood gives no answer rather than a wrong one.
"""

import re

_STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|`[^`]*`')
_BRACES = re.compile(r"\{[^{}]*\}")
_BRACKETS = re.compile(r"\[[^\]]*\]")
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\b\s*\([^()]*\)", re.IGNORECASE)
_NAME = re.compile(r"(?<![\w:.$])[A-Za-z_:][\w:]*(?!\s*\(|[\w:])")
_WORDS = frozenset(
    [
        "and",
        "or",
        "unless",
        "by",
        "without",
        "on",
        "ignoring",
        "group_left",
        "group_right",
        "bool",
        "offset",
        "inf",
        "nan",
        "start",
        "end",
        "atan2",
    ]
)
_AGGREGATION = re.compile(
    r"\b(?:sum|min|max|avg|count|group|quantile|stddev|stdvar|scalar|vector|absent|absent_over_time)\b\s*(?:\(|by|without)",
    re.IGNORECASE,
)
_OUTER = re.compile(r"^\(*\s*(sum|min|max|avg|count)\b", re.IGNORECASE)
_GROUPED = re.compile(r"\b(?:by|without)\b\s*\(([^()]*)\)", re.IGNORECASE)


def _bare(query: str) -> str:
    without = _STRING.sub('""', query)
    return _BRACKETS.sub("", _BRACES.sub("", without))


def metrics_in(query: str) -> tuple[str, ...]:
    """Metric names of a query, each once, in order."""
    named = re.findall(r'\{[^{}]*__name__\s*=\s*["\']([\w:]+)["\']', query)
    bare = _GROUPING.sub(" ", _bare(query))
    found = (name for name in _NAME.findall(bare) if name.lower() not in _WORDS and not name.startswith("__"))
    return tuple(dict.fromkeys([*named, *found]))


def gives_many_series(query: str) -> bool | None:
    """Whether a query over several pods gives several series; `None` where that is not clear."""
    bare = _bare(query)
    if not metrics_in(query) or "$" in bare or "{{" in bare:
        return None
    if not _AGGREGATION.search(bare):
        return True
    outer = _OUTER.match(bare.strip())
    grouped = _GROUPED.search(bare)
    if outer and grouped and _is_outer(bare) and any(label.strip() for label in grouped[1].split(",")):
        return True
    return False if outer else None


def _is_outer(bare: str) -> bool:
    """Whether the grouping belongs to the outermost aggregation: `sum by (x) (...)` or `sum(...) by (x)` at the end."""
    text = bare.strip()
    return bool(
        re.match(r"^\w+\s+by\s*\(", text, re.IGNORECASE) or re.search(r"\)\s*by\s*\([^()]*\)$", text, re.IGNORECASE)
    )


def outer_aggregation(query: str) -> str | None:
    """The outermost aggregation in lower case, or `None`."""
    outer = _OUTER.match(_bare(query).strip())
    return outer[1].lower() if outer else None
