"""Engines as candidates: all of them in one ranking, the preferred one first among equals."""

from dataclasses import replace
from pathlib import Path

import pytest

from headway.environments import load_environment
from headway.recipes.question import Demand, Question, card_question, deployment_question
from headway.recipes.ranking import rank
from unit.recipes.builders import CATALOG

LLAMA = CATALOG.models["meta-llama/Llama-3.1-8B-Instruct"]
OWN = Path(__file__).parents[2] / "environments" / "valid" / "own-backend.yaml"


@pytest.fixture(scope="module")
def question() -> Question:
    return card_question(LLAMA, Demand(), CATALOG, "us-east-1")


def test_a_card_asks_every_shipped_engine(question: Question) -> None:
    assert question.engines == ("vllm", "sglang")
    assert {candidate.engine for candidate in rank(question, CATALOG)} == {"vllm", "sglang"}


def test_an_engine_adds_candidates_and_changes_none(question: Question) -> None:
    alone = rank(replace(question, engines=("vllm",)), CATALOG)
    assert [one for one in rank(question, CATALOG) if one.engine == "vllm"] == list(alone)


def test_engines_differ_in_kernels_and_images_never_in_predicted_times(question: Question) -> None:
    times = {}
    for one in rank(question, CATALOG):
        if one.latency:
            place = (one.machine.name, one.precision, one.nodes)
            assert times.setdefault(place, one.latency) == one.latency
    refused = [one for one in rank(question, CATALOG) if one.machine.accelerator == "t4" and one.engine == "sglang"]
    assert refused
    assert all(one.rejected_by for one in refused)


@pytest.mark.parametrize("engines", [("vllm", "sglang"), ("sglang", "vllm")])
def test_among_equals_the_first_named_is_preferred(question: Question, engines: tuple[str, ...]) -> None:
    on_l4 = tuple(place for place in question.places if place.machine.accelerator == "l4")
    ranked = rank(replace(question, engines=engines, precisions=("awq",), places=on_l4), CATALOG)
    assert (ranked[0].engine, ranked[1].engine) == engines
    assert ranked[0].usd_per_hour == pytest.approx(ranked[1].usd_per_hour, abs=1e-3)


def test_a_deployment_is_asked_of_the_engines_it_allows() -> None:
    spec = load_environment(str(OWN), CATALOG).spec
    catalog = CATALOG.with_backends(spec.backends)
    asked = deployment_question(spec.models["mistral-7b-awq"], spec, catalog)
    assert asked.engines == ("vllm", "sglang", "acme")
    fitting = [one for one in rank(asked, catalog) if one.rejected_by is None]
    assert {one.engine for one in fitting} == {"vllm", "sglang", "acme"}
    assert deployment_question(spec.models["llama-3.1-8b"], spec, catalog).engines == ("acme",)


def test_a_catalog_without_backends_is_itself() -> None:
    assert CATALOG.with_backends({}) is CATALOG
    backends = load_environment(str(OWN), CATALOG).spec.backends
    with_them = CATALOG.with_backends(backends)
    assert with_them.with_backends(backends) is with_them
    assert "acme" not in CATALOG.engines


def test_a_gpu_that_cannot_do_what_is_stated_is_ranked_out(question: Question) -> None:
    ranked = rank(replace(question, engines=("vllm",), engine_arguments={"dtype": "bfloat16"}), CATALOG)
    t4 = {one.rejected_by.reason for one in ranked if one.machine.accelerator == "t4" and one.rejected_by}
    assert t4 == {"engine_arguments.dtype: NVIDIA T4 has no bfloat16"}
    assert ranked[0].rejected_by is None


def test_an_engine_that_cannot_span_machines_is_not_asked_to() -> None:
    contract = CATALOG.engines["vllm"].model_copy(update={"group": None})
    catalog = replace(CATALOG, engines={"vllm": contract})
    deepseek = CATALOG.models["deepseek-ai/DeepSeek-R1"]
    ranked = rank(card_question(deepseek, Demand(), catalog, "us-east-1"), catalog)
    spanning = [one for one in ranked if one.nodes > 1]
    assert spanning
    assert {one.rejected_by.reason for one in spanning if one.rejected_by} == {"vllm does not span machines"}
