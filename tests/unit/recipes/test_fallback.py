"""The chain: what is tried next, in which order, at which cost, and by whom."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from headway.recipes import Recipe, choose
from headway.recipes.fallback import Fallback, fallback_chain
from headway.recipes.nearest import nearest
from headway.recipes.pool_weights import pool_weights
from headway.recipes.question import Demand, Question, card_question
from headway.recipes.ranking import rank
from unit.environments.builders import CATALOG, a_model, a_spec, only

KINDS = ("capacity", "gpu count", "precision", "engine", "hardware")


def chosen(folder: Path, **model: Any) -> Recipe:
    return choose("it", a_spec(folder, models=only(it=a_model(**model))), CATALOG)


def over_the_catalog(card: str, **demand: Any) -> tuple[Question, tuple[Fallback, ...]]:
    question = card_question(CATALOG.models[card], Demand(**demand), CATALOG, "us-east-1")
    return question, fallback_chain(rank(question, CATALOG), question)


def test_kinds_come_in_the_order_of_the_documents() -> None:
    _, chain = over_the_catalog("meta-llama/Llama-3.1-8B-Instruct")
    places = [KINDS.index(step.kind) for step in chain]
    assert places == sorted(places)
    assert {"capacity", "gpu count", "precision", "hardware"} <= {step.kind for step in chain}


def test_a_step_of_a_kind_differs_in_that_kind() -> None:
    question, chain = over_the_catalog("meta-llama/Llama-3.1-8B-Instruct")
    best = rank(question, CATALOG)[0]
    for step in chain:
        other = step.candidate
        if step.kind == "gpu count":
            assert other.gpus != best.gpus
            assert (other.precision, other.engine, other.machine.accelerator) == (
                best.precision, best.engine, best.machine.accelerator,
            )  # fmt: skip
        if step.kind == "precision":
            assert other.precision != best.precision
        if step.kind == "hardware":
            assert other.machine.accelerator != best.machine.accelerator


def test_pools_of_the_same_pod_are_followed_in_order_of_price(tmp_path: Path) -> None:
    recipe = chosen(
        tmp_path, pools=["l4-1x", "a10g-1x", "t4-1x"], limits=dict(a_model()["limits"], budget_usd_per_hour=50)
    )
    assert recipe.pools == ("t4-1x", "a10g-1x", "l4-1x")
    prices = [step.usd_per_hour for step in recipe.fallbacks if step.kind == "hardware"]
    assert prices == sorted(prices, key=lambda usd: usd or 0)


def test_a_pool_above_the_budget_is_not_followed_and_says_what_it_takes(tmp_path: Path) -> None:
    recipe = chosen(
        tmp_path, limits=dict(a_model()["limits"], budget_usd_per_hour=2), pools=["t4-1x", "a10g-1x", "l4-1x"]
    )
    assert recipe.pools == ("t4-1x", "l4-1x")
    above = next(step for step in recipe.fallbacks if step.candidate.pool == "a10g-1x")
    assert above.change == "pools: [a10g-1x], limits.budget_usd_per_hour: 2.01 (now 2.00)"


def test_what_holds_for_the_pod_holds_on_every_machine_it_may_land_on(tmp_path: Path) -> None:
    alone = chosen(tmp_path, pools=["l4-1x"], pin={"instance_type": "g6.xlarge"})
    both = chosen(tmp_path, pools=["l4-1x", "t4-1x"], limits=dict(a_model()["limits"], budget_usd_per_hour=50))
    assert alone.arguments.dtype == "auto"
    assert both.arguments.dtype == "half"
    landing = [c for c in both.candidates if c.runs and c.pool in both.pools and c.cold_start]
    assert both.cold_start.worst_seconds == max(c.cold_start.worst_seconds for c in landing if c.cold_start)
    room = min(c.machine.cpu_millicores for c in landing)
    assert both.host.cpu_millicores <= room


def test_on_demand_is_the_cheapest_machine_of_the_pool_that_runs_the_pod(tmp_path: Path) -> None:
    recipe = chosen(tmp_path, pools=["t4-1x"])
    step = recipe.fallbacks[0]
    assert (recipe.chosen.machine.name, step.candidate.machine.name) == ("g4dn.2xlarge", "g4dn.xlarge")
    assert (step.capacity_type, step.usd_per_hour, step.followed) == ("on-demand", 0.526, True)


def test_another_precision_is_taken_by_a_pin(tmp_path: Path) -> None:
    checkpoints = {"awq": "models/a/", "gptq": "models/b/"}
    recipe = chosen(tmp_path, checkpoints=checkpoints, pools=["t4-1x"])
    step = next(step for step in recipe.fallbacks if step.kind == "precision")
    assert not step.followed
    assert step.change == f"pin.precision: {step.candidate.precision}"
    assert step.candidate.precision in step.quality


def test_the_chain_of_a_pool_without_spot_has_no_capacity_step(tmp_path: Path) -> None:
    spec = a_spec(
        tmp_path, pools={"t4-1x": {"capacity_types": ["on-demand"]}}, models=only(it=a_model(pools=["t4-1x"]))
    )
    assert choose("it", spec, CATALOG).fallbacks == ()


def test_weights_follow_the_chains_and_the_dearest_is_heard_first() -> None:
    assert pool_weights([("a", "b", "c"), ("c", "d")]) == {"a": 100, "b": 90, "c": 80, "d": 70}
    dear, cheap = ("a", "b"), ("b", "a")
    assert pool_weights([dear, cheap]) == {"a": 100, "b": 90}
    assert pool_weights([cheap, dear]) == {"b": 100, "a": 90}
    assert pool_weights([("only",)]) == {}


def test_the_nearest_are_different_ways_and_miss_by_the_least() -> None:
    question = card_question(CATALOG.models["deepseek-ai/DeepSeek-R1"], Demand(), CATALOG, "us-east-1")
    small = replace(question, places=tuple(p for p in question.places if p.machine.gpu_count == 1))
    ranked = rank(small, CATALOG)
    assert not ranked[0].runs
    near = nearest(ranked)
    shortfalls = [c.rejected_by.shortfall for c in near if c.rejected_by]
    assert len(near) == 3
    assert shortfalls == sorted(shortfalls)
    assert shortfalls[0] == min(c.rejected_by.shortfall for c in ranked if c.rejected_by)
    assert all(c.rejected_by.change for c in near if c.rejected_by)
