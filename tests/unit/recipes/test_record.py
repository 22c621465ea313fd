"""The record of a recipe: every candidate is in it, every loser with its reason."""

import pytest

from headway.environments import load_environment, plan
from headway.recipes.record import place, record


@pytest.fixture(scope="module")
def recipes() -> dict:
    from headway.catalog import load_catalog

    catalog = load_catalog()
    return {planned.name: planned.recipe for planned in plan(load_environment("prod", catalog), catalog)}


def test_every_candidate_is_in_the_record_once(recipes) -> None:
    for recipe in recipes.values():
        written = record(recipe)
        assert written["chosen"]["machine"] == place(recipe.chosen)
        assert len(written["others"]) == len(recipe.candidates) - 1
        assert len(set(written["others"])) == len(written["others"])


def test_a_dearer_candidate_shows_both_prices(recipes) -> None:
    others = record(recipes["mistral-7b-awq"])["others"]
    assert others[0] == "g4dn.xlarge (1 × t4), awq: costs 0.3196 USD/h, the chosen one 0.3179"


def test_a_candidate_that_does_not_fit_shows_what_it_needs_and_has(recipes) -> None:
    others = record(recipes["deepseek-r1"])["others"]
    assert others[0].startswith("p5.48xlarge (8 × h100), fp8: weights and overhead need 86.2 GiB a GPU")
    assert others[0].endswith("h100 offers 72.8")


def test_prices_carry_their_region_and_date(recipes) -> None:
    assert record(recipes["mistral-7b-awq"])["usd_per_hour"]["spot"] == "0.3179 (us-east-1, 2026-08-10)"


def test_the_rendered_record_is_the_record(recipes, prod) -> None:
    import yaml

    for name, recipe in recipes.items():
        rendered = prod.one("ConfigMap", f"{name.replace('.', '-')}-recipe")["data"]["recipe.yaml"]
        assert yaml.safe_load(rendered) == record(recipe)
