"""The record of a recipe: every candidate is in it, every loser with its reason."""

import pytest
import yaml

from headway.catalog import load_catalog
from headway.environments import load_environment, plan
from headway.recipes.record import record


@pytest.fixture(scope="module")
def recipes() -> dict:
    catalog = load_catalog()
    return {planned.name: planned.recipe for planned in plan(load_environment("prod", catalog), catalog)}


def test_every_candidate_is_in_the_record_once(recipes) -> None:
    for recipe in recipes.values():
        written = record(recipe)
        assert written["chosen"]["machine"] == recipe.chosen.place
        assert len(written["others"]) == len(recipe.candidates) - 1


def test_a_dearer_candidate_shows_both_prices(recipes) -> None:
    others = record(recipes["mistral-7b-awq"])["others"]
    assert others["g4dn.xlarge (1 × t4), awq, vllm"] == "costs 0.3196 USD/h, the chosen one costs 0.3179"


def test_a_candidate_that_does_not_fit_shows_what_it_needs_and_has(recipes) -> None:
    reason = record(recipes["deepseek-r1"])["others"]["p5.48xlarge (8 × h100), fp8, vllm"]
    assert reason.startswith("weights and overhead need 86.2 GiB a GPU")
    assert reason.endswith("h100 offers 72.8")


def test_prices_carry_their_region_and_date(recipes) -> None:
    prices = record(recipes["mistral-7b-awq"])["usd_per_hour"]
    assert prices == {
        "spot": 0.3179,
        "on_demand": 0.752,
        "expected": 0.3179,
        "prices_of": "us-east-1 2026-08-10, us-east-1 2026-07-20",
    }


def test_the_chain_says_who_takes_each_step(recipes) -> None:
    steps = record(recipes["mistral-7b-awq"])["fallbacks"]
    assert [step["step"].partition(":")[0] for step in steps] == ["capacity", "hardware", "hardware"]
    assert {step["taken"] for step in steps} == {"by Karpenter"}


def test_the_rendered_record_is_the_record(recipes, prod) -> None:
    for name, recipe in recipes.items():
        rendered = prod.one("ConfigMap", f"{name.replace('.', '-')}-recipe")["data"]["recipe.yaml"]
        assert yaml.safe_load(rendered) == record(recipe)
