"""Every rule. A family is a file; to add a rule, write one function in it, one pair of fixtures, and a docstring."""

from types import ModuleType

from headway.policies.rule import Rule
from headway.policies.rules import (
    addresses,
    delivery,
    engine_flags,
    exposure,
    files,
    fit,
    hardware,
    identity,
    lifecycle,
    memory,
    metrics,
    network,
    ownership,
    parts,
    quotas,
    references,
    scaling,
    selectors,
    shape,
    timeouts,
    traffic,
    workloads,
)

FAMILIES: tuple[ModuleType, ...] = (
    files, shape, engine_flags, parts, references, selectors, ownership, workloads, addresses, scaling, metrics, fit,
    hardware, quotas, memory, lifecycle, identity, delivery, exposure, network, traffic, timeouts,
)  # fmt: skip


def _rules(family: ModuleType) -> tuple[Rule, ...]:
    return tuple(found for found in vars(family).values() if isinstance(found, Rule))


FILE_RULES = _rules(files)
"""Judged while files are read and suppressions are counted, not over the index."""
ALL: tuple[Rule, ...] = tuple(found for family in FAMILIES[1:] for found in _rules(family))
"""Judged over the index, in the order of families."""
