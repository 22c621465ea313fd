"""An engine for a model on a GPU: memory and times are the recipe engine's own."""

import pytest

from headway.catalog import load_catalog
from headway.domain.objective import Workload
from headway.engine import (
    REQUEST_SECONDS,
    ImpossibleLimits,
    NoRoom,
    Request,
    Served,
    engine_for,
    limits_for,
    step_seconds_for,
)
from headway.recipes.latency import serving
from headway.recipes.memory_plan import plan_memory
from headway.recipes.step_time import Layout, step_time

CATALOG = load_catalog()
MISTRAL = CATALOG.models["mistralai/Mistral-7B-Instruct-v0.3"]


def served(gpu: str = "l4", **over: object) -> Served:
    lawful = {"max_model_len": 4096, "max_num_seqs": 32, "precision": "awq", "card": MISTRAL}
    return Served(accelerator=CATALOG.accelerators[gpu], **{**lawful, **over})  # type: ignore[arg-type]


def test_kv_blocks_are_what_the_memory_plan_leaves() -> None:
    usable = CATALOG.accelerators["t4"].usable_gib
    assert usable is not None
    plan = plan_memory(MISTRAL, "awq", usable, 1, 1, 4096, 600)
    assert limits_for(served("t4")).usable_blocks == plan.kv_tokens // 16


def test_a_smaller_memory_share_leaves_fewer_blocks() -> None:
    assert limits_for(served(memory_utilization=0.8)).kv_blocks < limits_for(served()).kv_blocks


def test_weights_that_do_not_fit_are_refused_with_both_figures() -> None:
    with pytest.raises(NoRoom, match=r"weights and overhead take 16\.\d of 13\.4 GiB"):
        engine_for(served("t4", precision="16bit"))


def test_blocks_stated_by_hand_win() -> None:
    assert limits_for(served(kv_blocks=300)).kv_blocks == 300


def test_too_few_blocks_for_one_request_are_refused() -> None:
    with pytest.raises(ImpossibleLimits, match="4096"):
        limits_for(served(kv_blocks=200))


def test_a_pipeline_takes_a_batch_for_each_stage() -> None:
    assert limits_for(served(pipeline_parallel=2)).max_num_batched_tokens == 2 * 2048


@pytest.mark.parametrize("gpu", ["t4", "l4", "a10g", "h100"])
@pytest.mark.parametrize("rate", [0.05, 0.5])
def test_at_low_load_times_are_those_that_the_recipe_predicts(gpu: str, rate: float) -> None:
    """The same step-time model below both: what differs is the queueing formula, so 5 % at loads far from capacity."""
    engine = engine_for(served(gpu))
    prompt, output, count = 400, 200, 60
    now, arrivals = 0.0, [Request(str(n), prompt, output) for n in range(count)]
    sequences = []
    for number, request in enumerate(arrivals):
        arrival = number / rate
        while now < arrival and (step := engine.step(now)):
            now = step.end
        now = max(now, arrival)
        sequences.append(engine.add(request, arrival))
    while step := engine.step(now):
        now = step.end
    kv_tokens = engine.limits.usable_blocks * engine.limits.block_size
    load = Workload(requests_per_second=rate, prompt_tokens=prompt, output_tokens=output)
    predicted = serving(MISTRAL, "awq", "16bit", CATALOG.accelerators[gpu], 1, 1, load, 32, kv_tokens).at(1)
    assert predicted.tpot_p50 is not None
    assert predicted.ttft_p50 is not None
    tpot = sum((s.finished - s.first_token) / (output - 1) for s in sequences) / count  # type: ignore[operator]
    ttft = sorted(s.first_token - s.arrived for s in sequences)[count // 2] + REQUEST_SECONDS  # type: ignore[operator]
    assert tpot == pytest.approx(predicted.tpot_p50.value, rel=0.05)
    assert ttft == pytest.approx(predicted.ttft_p50.value, rel=0.15)


def test_each_stage_of_a_pipeline_computes_its_share_of_the_prompts() -> None:
    step, whole = step_seconds_for(served(pipeline_parallel=2)), served(pipeline_parallel=2)
    plain = step_time(MISTRAL, "awq", whole.accelerator, Layout(1, 2))
    assert step(8, 500, 4096, 200) == plain(8, 500, 2048, 200)
