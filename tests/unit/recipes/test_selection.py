"""Which recipe is chosen, and why every other lost."""

from pathlib import Path
from typing import Any

import pytest

from headway.recipes import Candidate, NothingFits, Recipe, Rejection, choose
from unit.environments.builders import CATALOG, a_model, a_spec, only

ON_DEMAND = {name: {"capacity_types": ["on-demand"]} for name in ("t4-1x", "a10g-1x", "l4-1x")}
LLAMA_70B: dict[str, Any] = {
    "card": "meta-llama/Llama-3.3-70B-Instruct",
    "checkpoints": {"16bit": "models/llama-70b/"},
    "pools": ["l40s-4x"],
    "objective": {"ttft_seconds": 60, "tpot_seconds": 1},
    "workload": {"requests_per_second": 0.1, "prompt_tokens": 400, "output_tokens": 200},
}
"""Its objective and load are such that any machine keeps up: fit and price alone decide."""


def chosen(folder: Path, changed_pools: dict[str, Any] | None = None, **model: Any) -> Recipe:
    return choose("it", a_spec(folder, pools=changed_pools or {}, models=only(it=a_model(**model))), CATALOG)


def refused(folder: Path, changed_pools: dict[str, Any] | None = None, **model: Any) -> NothingFits:
    with pytest.raises(NothingFits) as caught:
        chosen(folder, changed_pools, **model)
    return caught.value


def rejected(candidates: tuple[Candidate, ...]) -> list[Rejection]:
    return [candidate.rejected_by for candidate in candidates if candidate.rejected_by]


@pytest.mark.parametrize("pools", [{}, ON_DEMAND], ids=["spot", "on demand"])
def test_the_cheapest_that_runs_wins(tmp_path: Path, pools: dict[str, Any]) -> None:
    recipe = chosen(tmp_path, pools, pools=["a10g-1x", "l4-1x", "t4-1x"])
    prices = [c.usd_per_hour for c in recipe.candidates if c.rejected_by is None and c.usd_per_hour is not None]
    assert len(prices) == 9
    assert recipe.chosen.usd_per_hour == min(prices)


def test_the_order_in_which_pools_are_stated_does_not_matter(tmp_path: Path) -> None:
    forward = chosen(tmp_path, pools=["t4-1x", "a10g-1x", "l4-1x"])
    backward = chosen(tmp_path, pools=["l4-1x", "a10g-1x", "t4-1x"])
    assert forward.candidates == backward.candidates


def test_spot_is_priced_only_where_the_pool_admits_it(tmp_path: Path) -> None:
    machine = chosen(tmp_path, ON_DEMAND).chosen
    assert machine.machine.on_demand is not None
    assert machine.usd_per_hour == machine.machine.on_demand.usd_per_hour


def test_equal_prices_are_settled_by_fewer_machines(tmp_path: Path) -> None:
    static = {"accelerator": "l40s", "max_gpus": 64}
    node = {"cpu_millicores": 64_000, "memory_mib": 400_000, "selector": {"a": "b"}}
    pools = {
        "four": {**static, "gpu_count": 4, "static_node": {**node, "usd_per_hour": 10}},
        "two": {**static, "gpu_count": 2, "static_node": {**node, "usd_per_hour": 5}},
    }
    recipe = chosen(tmp_path, pools, **{**LLAMA_70B, "pools": ["two", "four"]})
    fitting = [(c.pool, c.nodes, c.usd_per_hour) for c in recipe.candidates if c.rejected_by is None]
    assert fitting == [("four", 1, 10.0), ("two", 2, 10.0)]


def test_a_lower_price_beats_fewer_machines(tmp_path: Path) -> None:
    static = {"accelerator": "l40s", "max_gpus": 64}
    node = {"cpu_millicores": 64_000, "memory_mib": 400_000, "selector": {"a": "b"}}
    pools = {
        "four": {**static, "gpu_count": 4, "static_node": {**node, "usd_per_hour": 11}},
        "two": {**static, "gpu_count": 2, "static_node": {**node, "usd_per_hour": 5}},
    }
    assert chosen(tmp_path, pools, **{**LLAMA_70B, "pools": ["four", "two"]}).chosen.nodes == 2


def test_a_machine_without_a_price_comes_last(tmp_path: Path) -> None:
    node = {"cpu_millicores": 64_000, "memory_mib": 400_000, "selector": {"a": "b"}}
    pools = {"ours": {"accelerator": "l4", "max_gpus": 8, "static_node": node}}
    recipe = chosen(tmp_path, pools, pools=["ours", "l4-1x"])
    assert recipe.chosen.pool == "l4-1x"
    assert recipe.candidates[-1].pool == "ours"


def test_a_loser_on_memory_carries_both_numbers(tmp_path: Path) -> None:
    lost = refused(tmp_path, checkpoints={"16bit": "models/m/"}, pools=["t4-1x"])
    for rejection in rejected(lost.candidates):
        assert rejection.unit == "GiB"
        assert rejection.needs is not None
        assert rejection.has is not None
        assert rejection.needs > rejection.has
        assert f"{rejection.needs:.1f}" in rejection.reason
        assert f"{rejection.has:.1f}" in rejection.reason


def test_a_loser_on_sequences_carries_both_numbers(tmp_path: Path) -> None:
    (rejection, *_) = rejected(refused(tmp_path, concurrency=1000).candidates)
    assert (rejection.needs, rejection.unit) == (1000, "sequences")
    assert rejection.has is not None
    assert rejection.has < 1000
    assert f"holds {rejection.has} sequences" in rejection.reason


def test_a_loser_on_host_memory_carries_both_numbers(tmp_path: Path) -> None:
    node = {"cpu_millicores": 4_000, "memory_mib": 8_000, "selector": {"a": "b"}}
    pools = {"small": {"accelerator": "l4", "max_gpus": 8, "static_node": node}}
    (rejection,) = rejected(refused(tmp_path, pools, pools=["small"]).candidates)
    assert rejection.unit == "MiB"
    assert (rejection.needs or 0) > (rejection.has or 0) == 8_000 - 512


def test_every_candidate_but_the_chosen_has_lost_or_costs_as_much(tmp_path: Path) -> None:
    recipe = chosen(tmp_path, checkpoints={"awq": "a/", "16bit": "b/"}, pools=["t4-1x", "l4-1x"])
    assert recipe.candidates[0] is recipe.chosen
    for candidate in recipe.candidates[1:]:
        dearer = (candidate.usd_per_hour or 0) >= (recipe.chosen.usd_per_hour or 0)
        assert candidate.rejected_by is not None or dearer


def test_the_smaller_checkpoint_is_taken_where_the_larger_does_not_fit(tmp_path: Path) -> None:
    recipe = chosen(tmp_path, checkpoints={"awq": "a/", "16bit": "b/"}, pools=["t4-1x"])
    assert (recipe.chosen.precision, recipe.checkpoint) == ("awq", "a")


def test_one_machine_that_is_large_enough_is_never_doubled(tmp_path: Path) -> None:
    recipe = chosen(tmp_path, **{**LLAMA_70B, "checkpoints": {"fp8": "models/llama-70b-fp8/"}})
    assert {candidate.nodes for candidate in recipe.candidates} == {1}


def test_a_replica_spans_machines_only_when_one_is_too_small(tmp_path: Path) -> None:
    recipe = chosen(
        tmp_path,
        card="deepseek-ai/DeepSeek-R1",
        checkpoints={"fp8": "models/deepseek-r1/"},
        pools=["h100-8x"],
    )
    assert recipe.chosen.nodes == 2
    (alone,) = [candidate for candidate in recipe.candidates if candidate.nodes == 1]
    assert alone.rejected_by is not None
    assert alone.rejected_by.unit == "GiB"


def test_machines_with_one_gpu_are_not_strung_together_unless_pinned(tmp_path: Path) -> None:
    """Trap H5: Llama-2-7B in 16 bit does not fit a T4, and two T4 over a network are not the answer."""
    llama: dict[str, Any] = {
        "card": "meta-llama/Llama-2-7b-hf",
        "checkpoints": {"16bit": "models/llama-2/"},
        "pools": ["t4-1x"],
    }
    assert {candidate.nodes for candidate in refused(tmp_path, **llama).candidates} == {1}
    assert chosen(tmp_path, **llama, pin={"gpu_count": 2}).chosen.nodes == 2


def test_a_pinned_number_of_gpus_is_looked_for_over_machines(tmp_path: Path) -> None:
    recipe = chosen(tmp_path, **{**LLAMA_70B, "pin": {"gpu_count": 8}})
    assert (recipe.gpus_per_replica, recipe.chosen.nodes) == (8, 2)


@pytest.mark.parametrize(
    ("pin", "reason"),
    [
        ({"instance_type": "g6.2xlarge"}, "pinned to g6.2xlarge"),
        ({"gpu_count": 2, "instance_type": "g6.xlarge"}, "pinned to 2 GPUs"),
    ],
)
def test_a_pin_rejects_everything_else(tmp_path: Path, pin: dict[str, Any], reason: str) -> None:
    recipe = chosen(tmp_path, pin=pin)
    assert reason in [rejection.reason for rejection in rejected(recipe.candidates)]
    assert recipe.chosen.machine.name == pin["instance_type"]


def test_a_pinned_precision_is_the_only_one_judged(tmp_path: Path) -> None:
    recipe = chosen(tmp_path, checkpoints={"awq": "a/", "16bit": "b/"}, pin={"precision": "16bit"})
    assert {candidate.precision for candidate in recipe.candidates} == {"16bit"}


def test_tensor_parallel_size_divides_the_heads_and_the_gpus(tmp_path: Path) -> None:
    qwen: dict[str, Any] = {
        "card": "Qwen/Qwen2.5-7B-Instruct",
        "checkpoints": {"16bit": "models/qwen/"},
        "pools": ["h100-8x"],
    }
    assert chosen(tmp_path, **qwen).chosen.tensor_parallel == 4


def test_the_message_names_each_reason_once_with_those_it_holds_for(tmp_path: Path) -> None:
    text = str(refused(tmp_path, checkpoints={"16bit": "models/m/"}, pools=["t4-1x"]))
    assert text.startswith("no candidate serves it: weights and overhead need ")
    assert text.count("weights and overhead") == 1
    for name in ("g4dn.xlarge", "g4dn.2xlarge", "g4dn.4xlarge"):
        assert text.count(f"{name} with 16bit") == 1


def test_the_pod_asks_for_no_more_cpu_than_the_smallest_machine_that_holds_it(tmp_path: Path) -> None:
    assert chosen(tmp_path).host.cpu_millicores <= 3920 - 300


def test_a_turing_gpu_computes_in_half(tmp_path: Path) -> None:
    assert chosen(tmp_path, pools=["t4-1x"]).arguments.dtype == "half"


def test_the_number_of_sequences_is_what_is_asked_and_fits(tmp_path: Path) -> None:
    recipe = chosen(tmp_path, concurrency=8)
    assert recipe.sequences == 8 <= recipe.memory.typical_sequences


def test_a_region_without_a_price_borrows_one_and_says_so(tmp_path: Path) -> None:
    cluster = {"region": "eu-central-1", "zones": ["eu-central-1a"]}
    spec = a_spec(tmp_path, cluster=cluster, models=only(it=a_model()))
    quote = choose("it", spec, CATALOG).chosen.machine.on_demand
    assert quote is not None
    assert quote.region == "us-east-1"


def test_a_machine_that_breaks_the_promise_shows_both_times(tmp_path: Path) -> None:
    nothing = refused(tmp_path, **{**LLAMA_70B, "objective": {"ttft_seconds": 0.01, "tpot_seconds": 1}})
    reasons = [c.rejected_by for c in nothing.candidates if c.rejected_by and c.rejected_by.unit == "s"]
    assert reasons
    assert all(reason.has is not None and reason.has > 0.01 for reason in reasons)
    assert reasons[0].reason.startswith("p95 TTFT ")
    assert reasons[0].reason.endswith(" s with a margin of 10 %, objective 0.01 s")


def test_a_load_that_all_replicas_together_cannot_carry_is_refused_with_both_rates(tmp_path: Path) -> None:
    load = {"requests_per_second": 500, "prompt_tokens": 300, "output_tokens": 100}
    nothing = refused(tmp_path, **{**LLAMA_70B, "workload": load})
    [rate] = {c.rejected_by.needs for c in nothing.candidates if c.rejected_by and c.rejected_by.unit == "requests/s"}
    assert rate == 500


def test_a_looser_objective_is_never_dearer(tmp_path: Path) -> None:
    prices = []
    for index, ttft in enumerate((1.0, 2.0, 8.0)):
        folder = tmp_path / str(index)
        folder.mkdir()
        prices.append(chosen(folder, objective={"ttft_seconds": ttft, "tpot_seconds": 0.1}).chosen.usd_per_hour)
    assert prices == sorted(prices, reverse=True)


def test_equal_prices_on_as_many_machines_are_settled_by_the_larger_spot_pools(tmp_path: Path) -> None:
    pools = {
        "a-narrow": {"accelerator": "t4", "instance_types": ["g4dn.xlarge"], "max_gpus": 8},
        "b-wide": {"accelerator": "t4", "instance_types": ["g4dn.xlarge", "g4dn.4xlarge"], "max_gpus": 8},
    }
    recipe = chosen(tmp_path, pools, pools=["a-narrow", "b-wide"], pin={"instance_type": "g4dn.xlarge"})
    first, second = [candidate for candidate in recipe.candidates if candidate.runs]
    assert (first.pool, second.pool) == ("b-wide", "a-narrow")
    assert first.fleet_usd_per_hour == second.fleet_usd_per_hour
    assert first.offers == 2 * second.offers
