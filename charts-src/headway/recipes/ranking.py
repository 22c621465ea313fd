"""Ranks every candidate of a question: those that run first, the cheapest first among them."""

from collections.abc import Iterator

from headway.catalog import Catalog
from headway.recipes.judgement import TOO_SMALL, judge
from headway.recipes.machine import Machine
from headway.recipes.question import Question
from headway.recipes.recipe import Candidate

NODE_COUNTS = (1, 2, 4)
"""Machines one replica may span."""


def rank(question: Question, catalog: Catalog) -> tuple[Candidate, ...]:
    """Every candidate, best first; the first is the choice when nothing rejects it."""
    preferred = {engine: place for place, engine in enumerate(question.engines)}
    return tuple(sorted(_candidates(question, catalog), key=lambda one: (*_order(one), preferred[one.engine])))


def _candidates(question: Question, catalog: Catalog) -> Iterator[Candidate]:
    """Every place × precision × engine; more machines a replica only where one is too small."""
    for place in question.places:
        for precision in question.precisions:
            judged: dict[int, Candidate] = {}
            for engine in question.engines:
                for nodes in _node_counts(place.machine, question):
                    candidate = judge(question, place, nodes, precision, engine, catalog, judged.get(nodes))
                    judged[nodes] = candidate
                    yield candidate
                    if candidate.rejected_by is None or candidate.rejected_by.unit not in TOO_SMALL:
                        break


def _node_counts(machine: Machine, question: Question) -> tuple[int, ...]:
    """Machines with one GPU have larger siblings without a network in between, so only a pin spreads a replica over them."""
    return NODE_COUNTS if machine.gpu_count > 1 or question.pinned_gpu_count else NODE_COUNTS[:1]


def _order(candidate: Candidate) -> tuple[bool, float, int, int, str, str]:
    price = candidate.usd_per_hour if candidate.usd_per_hour is not None else float("inf")
    spare = -(candidate.memory.kv_tokens if candidate.memory else 0)
    return (
        candidate.rejected_by is not None,
        price,
        candidate.nodes,
        spare,
        candidate.machine.name,
        candidate.precision,
    )
