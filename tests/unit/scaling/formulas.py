"""Writes formulas that people could have written, right and wrong, from a seed."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

METRICS = ("running", "waiting", "inflight", "held")
NUMBERS = (
    "0",
    "1",
    "2",
    "3",
    "10",
    "50",
    "0.5",
    "2.5",
    "1e3",
    "0.0",
    "1_000",
    "0x1F",
    "0b11",
    "0o17",
    ".5",
    "1.",
    "007",
)
ODD_NUMBERS = (
    "9223372036854775807",
    "9223372036854775808",
    "1e308",
    "1e999",
    "1e-400",
    "0x",
    "1e",
    "0b12",
    "12ab",
    "0x1.8",
)
SPECIAL_VALUES = (
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.0,
    3.0,
    0.5,
    1e9,
    1e19,
    1e308,
    -1e308,
    float("inf"),
    float("-inf"),
    float("nan"),
)
WORDS = (
    *METRICS, *NUMBERS, *ODD_NUMBERS, "+", "-", "*", "/", "%", "**", "^", "==", "!=", "<", "<=", ">", ">=", "and", "&&",
    "or", "||", "not", "!", "?", ":", "??", "(", ")", "[", "]", "{", "}", ",", "#", "true", "false", "nil", "if", "else",
    "max(", "min(", "sum([", "count([", "mean(", "int(", "float(", "abs(", "ceil(", "])", "clamp_min(", "avg", "max", "=",
    "&", "|", ";", "@", "~", "=>", "..", ".", "?.", "::", "in", "let", "// end", "/* */", "/*", "é", "$", "##", "\\",
)  # fmt: skip
"""Pieces of which garbage is made."""


class Writer:
    """Formulas of a grammar, biased towards what compiles, with a few slips."""

    def __init__(self, seed: int, slips: float = 0.02) -> None:
        self.random = Random(seed)  # noqa: S311 - a test's seed
        self.slips = slips

    def formula(self) -> str:
        depth = self.random.choice((1, 2, 2, 3, 3, 4))
        kind = self.random.choices((self.number, self.whole, self.truth, self.lost), (80, 6, 4, 10))[0]
        return self.spaced(kind(depth))

    def values(self) -> dict[str, float | None]:
        """A value for every trigger; now and then a trigger is missing, or has a name that means something to expr."""
        given = self.readings()
        if self.random.random() < 0.04:
            del given[self.random.choice(METRICS)]
        if self.random.random() < 0.04:
            given[self.random.choice(("max", "count", "sum", "ceil", "float", "_kedaCompositeResult", "my-metric"))] = (
                1.0
            )
        return given

    def readings(self) -> dict[str, float | None]:
        if self.random.random() < 0.05:
            return dict.fromkeys(METRICS)
        return {name: self.value() for name in METRICS}

    def value(self) -> float | None:
        draw = self.random.random()
        if draw < 0.05:
            return None
        if draw < 0.35:
            return self.random.choice(SPECIAL_VALUES)
        if draw < 0.75:
            return float(self.random.randrange(200))
        return self.random.uniform(-5, 500) if draw < 0.9 else self.random.gauss(0, 1) * 10 ** self.random.randrange(20)

    def spaced(self, text: str) -> str:
        return f" {text}" if self.random.random() < 0.05 else text

    def pick(self, *options: Callable[[int], str], depth: int) -> str:
        if self.random.random() < self.slips:
            options = (self.number, self.whole, self.truth, self.lost, self.list)
        text = self.random.choice(options)(depth - 1)
        return f"({text})" if self.random.random() < 0.35 else text

    def number(self, depth: int) -> str:
        if depth <= 0:
            return self.random.choice((*METRICS, *METRICS, *NUMBERS, *NUMBERS[:6]))
        draw = self.random.random
        if draw() < 0.45:
            operator = self.random.choice("+-*/") if draw() < 0.93 else self.random.choice(("**", "^"))
            return f"{self.pick(self.number, depth=depth)} {operator} {self.pick(self.number, depth=depth)}"
        return self.random.choice(
            (
                self.extreme,
                self.extreme,
                self.rounded,
                self.ternary,
                self.negated,
                self.aggregate,
                self.whole,
                self.coalesced,
            )
        )(depth)

    def extreme(self, depth: int) -> str:
        name = self.random.choice(("max", "min", "max", "min", "mean", "median"))
        parts = [self.pick(self.number, depth=depth) for _ in range(self.random.choice((1, 2, 2, 3)))]
        return f"{name}({self.list(depth)})" if self.random.random() < 0.1 else f"{name}({', '.join(parts)})"

    def rounded(self, depth: int) -> str:
        name = self.random.choice(("ceil", "floor", "round", "abs", "float", "int"))
        return f"{name}({self.pick(self.number, depth=depth)})"

    def ternary(self, depth: int) -> str:
        then, other = self.pick(self.number, depth=depth), self.pick(self.number, depth=depth)
        condition = self.pick(self.truth, depth=depth)
        if self.random.random() < 0.1:
            return f"(if {condition} {{ {then} }} else {{ {other} }})"
        return f"({condition} ? {then} : {other})"

    def negated(self, depth: int) -> str:
        return f"{self.random.choice('-+-')}{self.pick(self.number, depth=depth)}"

    def aggregate(self, depth: int) -> str:
        draw = self.random.random()
        if draw < 0.4:
            return f"sum({self.list(depth)})"
        if draw < 0.6:
            return f"sum({self.list(depth)}, # {self.random.choice('+-*/')} {self.pick(self.number, depth=depth)})"
        if draw < 0.9:
            return f"count({self.list(depth)}, {self.element_truth(depth)})"
        return f"count([{self.truth(0)}, {self.truth(1)}])" if draw < 0.95 else f"len({self.list(depth)})"

    def list(self, depth: int) -> str:
        return (
            f"[{', '.join(self.pick(self.number, depth=depth) for _ in range(self.random.choice((0, 1, 2, 2, 3, 4))))}]"
        )

    def element_truth(self, depth: int) -> str:
        text = f"# {self.random.choice(('<', '>', '==', '>=', '!='))} {self.pick(self.number, depth=depth)}"
        return f"{{{text}}}" if self.random.random() < 0.2 else text

    def whole(self, depth: int) -> str:
        if depth <= 0:
            return self.random.choice(("0", "1", "2", "3", "7", "100", "-4"))
        draw = self.random.random()
        if draw < 0.4:
            return f"int({self.pick(self.number, depth=depth)})"
        operator = self.random.choice("%%+-*")
        return f"{self.pick(self.whole, depth=depth)} {operator} {self.pick(self.whole, depth=depth)}"

    def truth(self, depth: int) -> str:
        if depth <= 0:
            return self.random.choice(("true", "false", "running > 1", "waiting <= 3", "held == 0", "inflight != nil"))
        draw = self.random.random()
        if draw < 0.5:
            operator = self.random.choice(("<", "<=", ">", ">=", "==", "!="))
            one, other = (self.pick(self.number, self.whole, depth=depth) for _ in range(2))
            return f"{one} {operator} {other}"
        if draw < 0.6:
            low, high = self.pick(self.number, depth=depth), self.pick(self.number, depth=depth)
            return f"{low} < {self.pick(self.number, depth=depth)} <= {high}"
        if draw < 0.7:
            return f"{self.random.choice(('not ', '!'))}{self.pick(self.truth, depth=depth)}"
        if draw < 0.8:
            name = self.random.choice(("all", "any", "none", "one"))
            return f"{name}({self.list(depth)}, {self.element_truth(depth)})"
        operator = self.random.choice(("and", "or", "&&", "||"))
        return f"{self.pick(self.truth, depth=depth)} {operator} {self.pick(self.truth, depth=depth)}"

    def lost(self, depth: int) -> str:
        return self.coalesced(max(1, depth))

    def coalesced(self, depth: int) -> str:
        parts = [self.random.choice(METRICS), self.random.choice((*METRICS, "nil"))]
        last = self.random.choice(("8", "2.5", "nil", f"({self.number(depth - 1)})"))
        return f"({' ?? '.join((*parts, last))})" if self.random.random() < 0.8 else " ?? ".join((*parts, last))

    def garbage(self) -> str:
        """Words in a row, now and then a formula by chance."""
        return " ".join(self.random.choice(WORDS) for _ in range(self.random.randrange(0, 9)))

    def damaged(self) -> str:
        """A formula with a few characters lost, doubled, swapped or replaced."""
        text = list(self.formula())
        for _ in range(self.random.choice((1, 1, 2))):
            at = self.random.randrange(len(text) or 1)
            change = self.random.randrange(4)
            if change == 0:
                del text[at : at + 1]
            elif change == 1:
                text.insert(at, self.random.choice("()+-*/<>=!?:,.#&|%^ 0a\n"))
            elif change == 2:
                text[at : at + 2] = reversed(text[at : at + 2])
            else:
                text[at : at + 1] = self.random.choice(WORDS)
        return "".join(text)
