"""Ranks every candidate of a question: those that run first, the cheapest fleet first among them."""

from collections.abc import Iterator
from itertools import product

from headway.catalog import Catalog
from headway.recipes.candidate import Candidate
from headway.recipes.judgement import TOO_SMALL, Judge
from headway.recipes.machine import Machine
from headway.recipes.price import counted_usd
from headway.recipes.question import Question

NODE_COUNTS = (1, 2, 4)
"""Machines one replica may span."""


def rank(question: Question, catalog: Catalog) -> tuple[Candidate, ...]:
    """Every candidate, best first; the first is the choice when nothing rejects it."""
    preferred = {engine: place for place, engine in enumerate(question.engines)}
    return tuple(sorted(_candidates(question, catalog), key=lambda one: (*_order(one), preferred[one.engine], one.key)))


def _candidates(question: Question, catalog: Catalog) -> Iterator[Candidate]:
    """Every place × weight format × KV format × engine; more machines a replica only where one is too small."""
    judge = Judge(question, catalog)
    formats = tuple(product(question.precisions, question.kv_precisions, question.engines))
    for place in question.places:
        for precision, kv_precision, engine in formats:
            for nodes in _node_counts(place.machine, question):
                candidate = judge(place, nodes, precision, kv_precision, engine)
                yield candidate
                if candidate.rejected_by is None or candidate.rejected_by.unit not in TOO_SMALL:
                    break


def _node_counts(machine: Machine, question: Question) -> tuple[int, ...]:
    """Machines with one GPU have larger siblings without a network in between, so only a pin spreads a replica over them."""
    return NODE_COUNTS if machine.gpu_count > 1 or question.pinned_gpu_count else NODE_COUNTS[:1]


def _order(candidate: Candidate) -> tuple[bool, float, int, int, float]:
    """Price of the fleet, then fewer machines, then more spot pools behind it, then more room for sequences."""
    price = candidate.fleet_usd_per_hour
    return (
        not candidate.runs,
        counted_usd(price) if price is not None else float("inf"),
        candidate.replicas * candidate.nodes,
        -candidate.offers,
        -(candidate.memory.kv_tokens if candidate.memory else 0),
    )
