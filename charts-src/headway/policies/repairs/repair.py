"""A repair: from a place that breaks a rule to the changes that mend it, or the reason why a person must."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from headway.policies.index import Index
from headway.policies.repairs.change import Change
from headway.policies.rule import Hit

Mend = Callable[[Hit, Index], Sequence[Change]]
"""Raises `LeftAlone` with the reason where it takes judgement."""


@dataclass(frozen=True)
class Repair:
    """What `headway check --fix` does about one rule."""

    rule: str
    does: str
    """What it changes, and what it leaves to a person; for the rule's page."""
    mend: Mend


def repair(rule: str, does: str) -> Callable[[Mend], Repair]:
    """Makes a repair of a function."""
    return lambda mend: Repair(rule, does, mend)
