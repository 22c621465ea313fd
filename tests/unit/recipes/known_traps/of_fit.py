"""Traps H2 to H5, H11 and H13: what fits a GPU, and what is chosen."""

import math
from dataclasses import dataclass, replace
from typing import Any

import pytest

from headway.domain.model_card import Precision
from headway.recipes import kernels
from headway.recipes.fallback import fallback_chain
from headway.recipes.memory_plan import FIXED_OVERHEAD_GIB
from headway.recipes.question import Demand, card_question, every_place
from headway.recipes.ranking import rank
from unit.recipes.builders import CATALOG
from unit.recipes.known_traps.asked import (
    FULL,
    LLAMA_2,
    LLAMA_31,
    LLAMA_33_70B,
    MISTRAL,
    TYPICAL,
    on,
    on_one_gpu,
    ranked,
    reason,
    rendered,
    usable,
)

# H2


def t4_has_no_bfloat16() -> None:
    assert kernels.dtype(CATALOG.accelerators["t4"]) == "half"
    assert "no bfloat16" in reason(on("g4dn.xlarge", "16bit", "google/gemma-3-1b-it"))
    on_t4 = [pod for pod in _rendered_pods() if pod.get("nodeSelector", {}).get("headway.dev/pool") == "t4-1x"]
    assert on_t4
    for arguments in (pod["containers"][0]["args"] for pod in on_t4):
        assert arguments[arguments.index("--dtype") + 1] == "half"


def no_kernel_is_named_that_a_gpu_may_lack() -> None:
    for pod in _rendered_pods():
        assert not [c for c in pod["containers"] if "--quantization" in c.get("args", [])]
    card, t4 = CATALOG.models[MISTRAL], CATALOG.accelerators["t4"]
    assert kernels.why_not(card, "awq", t4, CATALOG.engines["vllm"]) is None
    assert "needs compute capability 8.0" in (kernels.why_not(card, "awq", t4, CATALOG.engines["sglang"]) or "")


def _rendered_pods() -> list[dict[str, Any]]:
    return [workload["spec"]["template"]["spec"] for workload in rendered("*/*/Deployment.*.yaml")]


# H3


@dataclass(frozen=True)
class Labelled:
    """A model that the label of a GPU holds and its memory does not."""

    model: str
    precision: Precision
    accelerator: str


FIT_THE_LABEL_ONLY = [
    Labelled(LLAMA_33_70B, "awq", "l40s"),
    Labelled("google/gemma-2-9b-it", "16bit", "a10g"),
    Labelled("google/gemma-2-9b-it", "16bit", "l4"),
    Labelled("meta-llama/Llama-3.1-70B-Instruct", "gptq", "l40s"),
]


def usable_memory_decides() -> None:
    assert (usable("t4"), usable("a10g"), usable("l4")) == (14.58, 22.03, 22.03)
    for it in FIT_THE_LABEL_ONLY:
        label = CATALOG.accelerators[it.accelerator].marketed_gb
        assert on_one_gpu(it.model, it.precision, label).full_length_sequences >= 1
        assert on_one_gpu(it.model, it.precision, usable(it.accelerator)).full_length_sequences < 1
        first = CATALOG.instance_types_with(it.accelerator, 1)[0].name
        assert "leave no room for 4096 tokens" in reason(on(first, it.precision, it.model))


# H4


def t4_holds_about_fourteen_whole_sequences() -> None:
    memory = on("g4dn.xlarge", "awq", MISTRAL).memory
    assert memory is not None
    assert memory.kv_tokens / 4_096 == pytest.approx(14, abs=0.5)
    assert memory.full_length_sequences == 13
    asked = on("g4dn.xlarge", "awq", MISTRAL, Demand(4_096, 32, FULL)).rejected_by
    assert asked is not None
    assert (asked.needs, asked.has, asked.unit) == (32, 13, "sequences")


# H5


def llama_2_needs_four_bits_on_t4() -> None:
    sixteen = on("g4dn.xlarge", "16bit", LLAMA_2)
    assert sixteen.rejected_by is not None
    assert (sixteen.rejected_by.needs, sixteen.rejected_by.has) == (15.7, 13.4)
    assert on("g4dn.xlarge", "awq", LLAMA_2).rejected_by is None
    assert CATALOG.models[LLAMA_2].weight_bytes["16bit"] == pytest.approx(13.48e9, rel=0.001)
    assert CATALOG.models[LLAMA_2].weight_bytes["awq"] == pytest.approx(3.89e9, rel=0.001)


# H11


def four_bits_shrink_the_checkpoint_not_the_gpu() -> None:
    shrunk = {model: 1 - sizes["awq"] / sizes["16bit"] for model, sizes in _sizes(MISTRAL, LLAMA_31).items()}
    assert shrunk[MISTRAL] == pytest.approx(0.713, abs=0.005)
    assert shrunk[LLAMA_31] == pytest.approx(0.64, abs=0.005)
    for precision in ("16bit", "awq"):
        plan = on_one_gpu(MISTRAL, precision, usable("l4"))
        taken = plan.weights_gib + plan.overhead_gib + plan.kv_cache_gib
        assert taken == pytest.approx(plan.budget_gib)
        assert taken > FIXED_OVERHEAD_GIB


def _sizes(*models: str) -> dict[str, dict[Precision, int]]:
    return {model: CATALOG.models[model].weight_bytes for model in models}


# H13


def the_choice_is_by_price_not_by_position() -> None:
    backwards = replace(CATALOG, instance_types=dict(reversed(CATALOG.instance_types.items())))
    for model in (MISTRAL, LLAMA_33_70B):
        candidates = ranked(model)
        assert ranked(model, catalog=backwards)[0].machine == candidates[0].machine
        running = [c for c in candidates if c.rejected_by is None]
        cheapest = min(c.fleet_usd_per_hour or math.inf for c in running)
        assert candidates[0].fleet_usd_per_hour == pytest.approx(cheapest, rel=1e-4)
        listed = list(CATALOG.instance_types)
        assert candidates[0].machine.name != min((c.machine.name for c in running), key=listed.index)


def every_loser_says_why() -> None:
    candidates = ranked(LLAMA_33_70B)
    lost = [c.rejected_by for c in candidates if c.rejected_by]
    assert lost
    assert all(rejection.reason for rejection in lost)
    too_large = [rejection for rejection in lost if rejection.unit == "GiB"]
    assert all((rejection.needs or 0) > (rejection.has or 0) for rejection in too_large)
    assert {c.machine.name for c in candidates} == {place.machine.name for place in every_place(CATALOG, "us-east-1")}


def the_chain_goes_on_to_other_formats_engines_and_hardware() -> None:
    question = card_question(CATALOG.models["google/gemma-2-9b-it"], TYPICAL, CATALOG, "us-east-1")
    chain = fallback_chain(rank(question, CATALOG), question)
    assert {step.kind for step in chain} == {"capacity", "gpu count", "precision", "engine", "hardware"}
    assert len({step.candidate.machine.accelerator for step in chain}) >= 4
    assert {step.candidate.engine for step in chain} == {"vllm", "sglang"}
