"""What the checks of the hardware traps ask of the recipe engine."""

from typing import Any

import yaml

from headway.catalog import Catalog
from headway.domain.model_card import Precision
from headway.domain.objective import Workload
from headway.recipes import Candidate
from headway.recipes.memory_plan import MemoryPlan, plan_memory
from headway.recipes.question import Demand, card_question
from headway.recipes.ranking import rank
from unit.environments.builders import FIXTURES
from unit.recipes.builders import CATALOG

REPOSITORY = FIXTURES.parents[1]
MISTRAL, LLAMA_2 = "mistralai/Mistral-7B-Instruct-v0.2", "meta-llama/Llama-2-7b-hf"
LLAMA_31, LLAMA_33_70B = "meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.3-70B-Instruct"
TYPICAL = Demand()
FULL = Workload(requests_per_second=0.01, prompt_tokens=3_896, output_tokens=200)
"""Requests that fill the whole context of 4,096 tokens."""


def ranked(model: str, demand: Demand = TYPICAL, catalog: Catalog = CATALOG) -> tuple[Candidate, ...]:
    """Every candidate for a model over the whole catalog, best first."""
    return rank(card_question(catalog.models[model], demand, catalog, "us-east-1"), catalog)


def on(machine: str, precision: Precision, model: str, demand: Demand = TYPICAL) -> Candidate:
    """The candidate of one machine and one format of the weights."""
    found = [
        c
        for c in ranked(model, demand)
        if (c.machine.name, c.precision, c.nodes, c.engine) == (machine, precision, 1, "vllm")
    ]
    (candidate,) = found
    return candidate


def reason(candidate: Candidate) -> str:
    assert candidate.rejected_by is not None
    return candidate.rejected_by.reason


def on_one_gpu(model: str, precision: Precision, gib: float) -> MemoryPlan:
    return plan_memory(CATALOG.models[model], precision, gib, 1, 1, 4_096, 600)


def usable(accelerator: str) -> float:
    gib = CATALOG.accelerators[accelerator].usable_gib
    assert gib is not None
    return gib


def rendered(pattern: str) -> list[dict[str, Any]]:
    """Objects of dist/ whose file matches."""
    found = [yaml.safe_load(path.read_text()) for path in sorted((REPOSITORY / "dist").glob(pattern))]
    assert found
    return found
