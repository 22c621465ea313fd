"""The words of expr-lang: which names are taken, and what a wrong one probably meant.

Read from expr-lang/expr v1.17.8: `parser/lexer/state.go`, `builtin/builtin.go`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

KEYWORDS = frozenset("and contains else endsWith false if in let matches nil not or startsWith true".split())
KNOWN_FUNCTIONS = frozenset("abs all any ceil count float floor int len max mean median min none one round sum".split())
"""Functions that are understood here."""
OTHER_FUNCTIONS = frozenset(
    "bitand bitnand bitnot bitor bitshl bitshr bitushr bitxor concat date duration filter find findIndex findLast"
    " findLastIndex first flatten fromBase64 fromJSON fromPairs get groupBy hasPrefix hasSuffix indexOf join keys last"
    " lastIndexOf lower map now reduce repeat replace reverse sort sortBy split splitAfter string take timezone toBase64"
    " toJSON toPairs trim trimPrefix trimSuffix type uniq upper values".split()
)
"""Functions that expr has and a formula over metrics hardly needs: not understood, and not wrong."""
PREDICATES = frozenset(("all", "any", "count", "none", "one", "sum"))
"""Understood functions that may take a condition on `#`, the element."""

_MEANT = {
    "avg": "mean(a, b)",
    "average": "mean(a, b)",
    "clamp": "max(low, min(x, high))",
    "clamp_max": "min(x, high)",
    "clamp_min": "max(x, low)",
    "if": "condition ? a : b",
    "maximum": "max(a, b)",
    "minimum": "min(a, b)",
    "pow": "a ** b",
    "scalar": "the metric itself",
    "sqrt": "a ** 0.5",
    "vector": "the number itself",
}
_PROMQL = frozenset(
    "absent avg avg_over_time changes clamp clamp_max clamp_min delta deriv exp histogram_quantile idelta increase irate"
    " label_join label_replace ln log10 log2 max_over_time min_over_time quantile rate resets scalar sgn sort_desc sqrt"
    " sum_over_time time topk vector".split()
)


def is_identifier(name: str) -> bool:
    """Whether expr reads the name as one word: letters of any script, digits, `_` and `$`; no digit first, no keyword."""
    return name not in KEYWORDS and name != "$env" and name[:1] != "" and is_letter(name[0]) and all(map(in_word, name))


def is_letter(character: str) -> bool:
    """Go's `unicode.IsLetter`, `_` or `$`."""
    return character in ("_", "$") or character.isalpha()


def in_word(character: str) -> bool:
    """A letter or a digit."""
    return is_letter(character) or character.isdecimal()


def function_remedy(name: str) -> str:
    """What to write instead of a function that expr does not have."""
    whose = f"{name} is PromQL; " if name in _PROMQL else ""
    if name.lower() in _MEANT:
        return f"{whose}write {_MEANT[name.lower()]}"
    near = difflib.get_close_matches(name.lower(), {known.lower() for known in KNOWN_FUNCTIONS}, n=1)
    if near:
        return f"{whose}did you mean {near[0]}?"
    return f"{whose}expr has {listed(KNOWN_FUNCTIONS)} and no others that take numbers"


def listed(names: Iterable[str]) -> str:
    """The names in order, in one line."""
    return ", ".join(sorted(names))
