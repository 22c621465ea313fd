"""The target of a formula: the string that KEDA divides by, and the traps in it."""

import re

from headway.scaling.expression.checking import Problem

_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_WHOLE = re.compile(r"[+-]?\d+")


def check_target(target: str, has_fallback: bool) -> list[Problem]:
    """What is wrong with `scalingModifiers.target`.

    KEDA's webhook refuses what is no number above 0; a fallback is dropped without a word unless it is a whole number
    (trap S8; kedacore/keda v2.20.2, `pkg/fallback/fallback.go`); and the HPA gets it cut to thousandths.
    """
    if target == "":
        return [Problem("refused", "the target is empty", 'write a number in a string, such as "25"')]
    if not _FLOAT.fullmatch(target):
        return [Problem("refused", f"the target {target!r} is no number", 'write one in a string, such as "25"')]
    if float(target) <= 0:
        return [Problem("refused", f"the target is {target}", "write what one replica carries, more than 0")]
    if float(target) < 0.001:
        return [Problem("misread", f"the HPA gets the target {target} as 0", "write at least 0.001")]
    if has_fallback and not _WHOLE.fullmatch(target):
        whole = max(1, round(float(target)))
        problem = f"the target {target!r} is no whole number, so KEDA drops the fallback without a word"
        return [Problem("misread", problem, f'write "{whole}"', traps=("S8",))]
    return []
