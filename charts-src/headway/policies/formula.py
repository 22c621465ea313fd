"""Whether KEDA would take a formula of `scalingModifiers`; an adapter, so that rules need not know who judges it."""

import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass

_FUNCTIONS = frozenset(
    [
        "max",
        "min",
        "abs",
        "ceil",
        "floor",
        "round",
        "mean",
        "median",
        "sum",
        "count",
        "len",
        "int",
        "float",
        "string",
        "filter",
        "map",
        "all",
        "any",
        "none",
        "one",
        "reduce",
        "first",
        "last",
        "take",
        "sort",
        "now",
        "duration",
        "date",
        "type",
        "get",
        "keys",
        "values",
        "find",
        "findIndex",
        "concat",
        "flatten",
        "join",
        "split",
        "trim",
        "upper",
        "lower",
        "sortBy",
        "groupBy",
        "countBy",
        "findLast",
        "findLastIndex",
        "uniq",
        "reverse",
        "toJSON",
        "fromJSON",
        "bitand",
        "bitor",
        "bitxor",
        "bitnand",
        "bitshl",
        "bitshr",
        "bitushr",
        "bitnot",
        "hasPrefix",
        "hasSuffix",
        "indexOf",
        "lastIndexOf",
        "replace",
        "repeat",
        "toPairs",
        "fromPairs",
        "timezone",
    ]
)
_WORDS = frozenset(
    [
        "true",
        "false",
        "nil",
        "not",
        "and",
        "or",
        "in",
        "let",
        "if",
        "else",
        "matches",
        "contains",
        "startsWith",
        "endsWith",
    ]
)
_OTHERS = {
    "clamp_min": "max(x, floor)", "clamp_max": "min(x, ceiling)", "clamp": "min(max(x, floor), ceiling)",
    "avg": "mean([a, b])", "pow": "x ** y", "sqrt": "x ** 0.5",
}  # fmt: skip
"""What other languages call it → how expr-lang says it."""
_TOKEN = re.compile(
    r"\s+|(?P<name>[A-Za-z_$][\w$]*)|(?P<number>\d[\d_.]*(?:[eE][-+]?\d+)?|\.\d+)|(?P<text>\"[^\"]*\"|'[^']*'|`[^`]*`)"
    r"|(?P<sign>\?\?|\?\.|\*\*|==|!=|<=|>=|&&|\|\||\.\.|[-+*/%^()<>!?:,.\[\]{}#;=|])"
)
_PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True)
class FormulaFault:
    """Why KEDA refuses a formula, and what would be right."""

    problem: str
    remedy: str


def formula_fault(formula: str, names: Collection[str]) -> FormulaFault | None:
    """What is wrong with a formula over triggers of these names, or `None`."""
    tokens = _tokens(formula)
    if isinstance(tokens, FormulaFault):
        return tokens
    unbalanced = _unbalanced(tokens)
    if unbalanced:
        return unbalanced
    own = {word for at, (_, word) in enumerate(tokens) if at and tokens[at - 1][1] == "let"}
    for at, (kind, word) in enumerate(tokens):
        called = at + 1 < len(tokens) and tokens[at + 1][1] == "("
        if kind != "name" or word in _WORDS or (at and tokens[at - 1][1] in (".", "?.", "#")):
            continue
        if called and word not in _FUNCTIONS:
            return _unknown_function(word)
        if not called and word not in names and word not in own:
            return _unknown_name(word, names)
    return None


def _tokens(formula: str) -> list[tuple[str, str]] | FormulaFault:
    found: list[tuple[str, str]] = []
    position = 0
    while position < len(formula):
        match = _TOKEN.match(formula, position)
        if match is None:
            return FormulaFault(f"holds {formula[position]!r}, which expr-lang does not have", "remove it")
        if match.lastgroup:
            found.append((match.lastgroup, match.group()))
        position = match.end()
    return found if found else FormulaFault("is empty", "write a formula over the triggers' names, or leave it out")


def _unbalanced(tokens: list[tuple[str, str]]) -> FormulaFault | None:
    stack: list[str] = []
    for kind, sign in tokens:
        if kind == "sign" and sign in _PAIRS.values():
            stack.append(sign)
        elif kind == "sign" and sign in _PAIRS and (not stack or stack.pop() != _PAIRS[sign]):
            return FormulaFault(f"closes {sign!r} without opening it", "balance the brackets")
    return FormulaFault(f"leaves {stack[-1]!r} open", "balance the brackets") if stack else None


def _unknown_function(word: str) -> FormulaFault:
    known = _OTHERS.get(word)
    near = difflib.get_close_matches(word, _FUNCTIONS, n=1)
    remedy = (
        f"write {known}" if known else f"did you mean {near[0]}?" if near else "use max, min, ceil, floor, round or ?:"
    )
    return FormulaFault(f"calls {word}, which expr-lang does not have", remedy)


def _unknown_name(word: str, names: Collection[str]) -> FormulaFault:
    if not names:
        return FormulaFault(f"uses {word}, and no trigger has a name", f"give its trigger name: {word}")
    near = difflib.get_close_matches(word, list(names), n=1)
    shown = ", ".join(sorted(names))
    remedy = f"did you mean {near[0]}?" if near else f"name a trigger {word}, or use one of: {shown}"
    return FormulaFault(f"uses {word}, which is the name of no trigger", remedy)
