"""Weights of NodePools, so that Karpenter tries them in the order of the chains.

A chain says which pool comes before which; a higher weight is tried first. Deployments may disagree: then the dearer one
is heard first, and an order that would contradict it is left to the pod's own preference, which every pod carries.
"""

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

HIGHEST = 100
STEP = 10


def pool_weights(chains: Sequence[Sequence[str]]) -> dict[str, int]:
    """Weight by pool, for pools that stand in a chain with others; `chains` has the dearest deployment first."""
    before: dict[str, set[str]] = {}
    for chain in chains:
        for first, then in pairwise(chain):
            _add(before, first, then)
    order = tuple(TopologicalSorter({pool: sorted(earlier) for pool, earlier in sorted(before.items())}).static_order())
    return {pool: max(1, HIGHEST - STEP * place) for place, pool in enumerate(order)}


def _add(before: dict[str, set[str]], first: str, then: str) -> None:
    """Notes that one pool comes before another, unless the opposite is known already."""
    trial = {pool: set(earlier) for pool, earlier in before.items()}
    trial.setdefault(then, set()).add(first)
    try:
        TopologicalSorter(trial).prepare()
    except CycleError:
        return
    before.setdefault(then, set()).add(first)
