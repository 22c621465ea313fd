"""What must hold of every ranking, whatever is asked."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headway.catalog import Catalog
from headway.domain.objective import Objective, Workload
from headway.recipes import Candidate
from headway.recipes.fallback import fallback_chain
from headway.recipes.price import counted_usd
from headway.recipes.question import Demand, Question, card_question
from headway.recipes.ranking import rank
from unit.recipes.builders import CATALOG

CARDS = (
    "mistralai/Mistral-7B-Instruct-v0.3",
    "meta-llama/Llama-3.1-70B-Instruct",
    "Qwen/Qwen3-30B-A3B",
    "deepseek-ai/DeepSeek-R1",
    "google/gemma-3-27b-it",
)
objectives = st.builds(
    Objective,
    ttft_seconds=st.floats(0.05, 5),
    tpot_seconds=st.floats(0.005, 0.2),
    percentile=st.sampled_from([50, 90, 95, 99]),
    margin_percent=st.integers(0, 50),
)
demands = st.builds(
    Demand,
    context_tokens=st.sampled_from([2048, 4096, 16384]),
    concurrency=st.integers(1, 64),
    workload=st.builds(
        Workload,
        requests_per_second=st.floats(0.1, 20),
        prompt_tokens=st.integers(50, 1000),
        output_tokens=st.integers(20, 400),
    ),
    objective=st.none() | objectives,
    replicas=st.integers(1, 32),
)
asked = st.tuples(st.sampled_from(CARDS), demands)


def question_of(card_and_demand: tuple[str, Demand], catalog: Catalog = CATALOG) -> Question:
    card, demand = card_and_demand
    return card_question(catalog.models[card], demand, catalog, "us-east-1")


def best(question: Question, catalog: Catalog = CATALOG) -> float:
    """Price of the choice in USD/h, as far as it counts; infinite where nothing runs."""
    first = rank(question, catalog)[0]
    price = first.fleet_usd_per_hour
    return counted_usd(price) if first.runs and price is not None else float("inf")


def by_key(ranked: tuple[Candidate, ...]) -> dict[tuple[object, ...], Candidate]:
    return {candidate.key: candidate for candidate in ranked}


def those_that_run(ranked: tuple[Candidate, ...]) -> set[tuple[object, ...]]:
    """On however many machines: more memory may need fewer."""
    return {(c.machine.name, c.precision, c.kv_precision, c.engine) for c in ranked if c.runs}


def with_memory(factor: float) -> Catalog:
    bigger = {
        key: gpu.model_copy(update={"usable_gib": gpu.usable_gib * factor}) if gpu.usable_gib else gpu
        for key, gpu in CATALOG.accelerators.items()
    }
    return replace(CATALOG, accelerators=MappingProxyType(bigger))


@settings(max_examples=25, deadline=None)
@given(asked, st.floats(1.0, 3.0))
def test_more_gpu_memory_never_makes_a_fitting_candidate_unfit(it: tuple[str, Demand], factor: float) -> None:
    question = question_of(it)
    fit_alone = replace(question, objective=None, replicas=1000)
    assert those_that_run(rank(fit_alone, CATALOG)) <= those_that_run(rank(fit_alone, with_memory(factor)))


@settings(max_examples=25, deadline=None)
@given(asked, st.integers(1, 8))
def test_a_longer_context_never_raises_the_number_of_sequences(it: tuple[str, Demand], times: int) -> None:
    question = question_of(it)
    longer = by_key(rank(replace(question, context_tokens=question.context_tokens * times), CATALOG))
    for candidate in rank(question, CATALOG):
        other = longer.get(candidate.key)
        if other and candidate.memory and other.memory:
            assert other.memory.full_length_sequences <= candidate.memory.full_length_sequences


@settings(max_examples=25, deadline=None)
@given(asked, st.data())
def test_a_lower_price_never_makes_the_choice_dearer(it: tuple[str, Demand], data: st.DataObject) -> None:
    question = question_of(it)
    place = data.draw(st.integers(0, len(CATALOG.prices) - 1))
    factor = data.draw(st.floats(0.1, 1.0))
    lower = CATALOG.prices[place].model_copy(update={"usd_per_hour": CATALOG.prices[place].usd_per_hour * factor})
    cheaper = replace(CATALOG, prices=(*CATALOG.prices[:place], lower, *CATALOG.prices[place + 1 :]))
    assert best(question_of(it, cheaper), cheaper) <= best(question)


@settings(max_examples=25, deadline=None)
@given(asked, objectives, st.floats(1.0, 4.0), st.floats(1.0, 4.0), st.integers(0, 50))
def test_a_looser_objective_never_makes_the_choice_dearer(it, objective, first, each, margin) -> None:
    question = question_of(it)
    loose = objective.model_copy(
        update={
            "ttft_seconds": objective.ttft_seconds * first,
            "tpot_seconds": objective.tpot_seconds * each,
            "margin_percent": max(0, objective.margin_percent - margin),
        }
    )
    tight = replace(question, objective=objective)
    assert best(replace(question, objective=loose)) <= best(tight)
    assert best(replace(question, objective=None)) <= best(replace(question, objective=loose))


@settings(max_examples=25, deadline=None)
@given(asked)
def test_the_chain_never_repeats_a_candidate(it: tuple[str, Demand]) -> None:
    question = question_of(it)
    ranked = rank(question, CATALOG)
    if not ranked[0].runs:
        return
    chain = fallback_chain(ranked, question)
    steps = [(step.candidate.key, step.capacity_type) for step in chain]
    assert len(set(steps)) == len(steps)
    assert all(step.candidate.key != ranked[0].key or step.capacity_type for step in chain)
    assert all(step.candidate.runs for step in chain)


@settings(max_examples=15, deadline=None)
@given(asked, st.randoms(use_true_random=False))
def test_the_order_of_catalog_rows_never_matters(it: tuple[str, Demand], random) -> None:
    question = question_of(it)

    def shuffled(rows):
        entries = list(rows.items())
        random.shuffle(entries)
        return MappingProxyType(dict(entries))

    prices = list(CATALOG.prices)
    random.shuffle(prices)
    other = replace(
        CATALOG,
        accelerators=shuffled(CATALOG.accelerators),
        instance_types=shuffled(CATALOG.instance_types),
        models=shuffled(CATALOG.models),
        prices=tuple(prices),
    )
    assert rank(question_of(it, other), other) == rank(question, CATALOG)


@settings(max_examples=25, deadline=None)
@given(asked)
def test_every_loser_has_a_reason_and_every_number_its_unit(it: tuple[str, Demand]) -> None:
    question = question_of(it)
    for candidate in rank(question, CATALOG):
        if candidate.rejected_by:
            assert candidate.rejected_by.reason
            assert (candidate.rejected_by.needs is None) == (candidate.rejected_by.unit == "")
            assert candidate.rejected_by.shortfall >= 1


@pytest.mark.parametrize("card", CARDS)
def test_more_replicas_are_never_used_than_the_load_needs(card: str) -> None:
    demand = Demand(workload=Workload(requests_per_second=6, prompt_tokens=500, output_tokens=200), concurrency=32)
    question = card_question(CATALOG.models[card], demand, CATALOG, "us-east-1")
    for candidate in rank(question, CATALOG):
        if candidate.runs and candidate.replicas > 1:
            fewer = replace(question, replicas=candidate.replicas - 1)
            again = by_key(
                rank(replace(fewer, places=tuple(p for p in fewer.places if p.machine == candidate.machine)), CATALOG)
            )
            assert not again[candidate.key].runs
