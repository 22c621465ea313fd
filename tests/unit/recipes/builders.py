"""Machines, cards and cold starts that a test can build with only what it is about."""

from typing import Any

from headway.catalog import load_catalog
from headway.domain.accelerator import Accelerator
from headway.domain.model_card import ModelCard
from headway.recipes import ColdStart, Machine, MemoryPlan, Phase
from headway.recipes.machine import Quote
from headway.recipes.memory_plan import plan_memory

CATALOG = load_catalog()
MISTRAL = CATALOG.models["mistralai/Mistral-7B-Instruct-v0.3"]


def a_card(**over: Any) -> ModelCard:
    """Mistral 7B, with `over` in place of its facts."""
    return MISTRAL.model_copy(update=over)


def an_accelerator(**over: Any) -> Accelerator:
    """An L4, with `over` in place of its facts."""
    return CATALOG.accelerators["l4"].model_copy(update=over)


def a_machine(**over: Any) -> Machine:
    """A g6.xlarge that Karpenter starts, with `over` in place of its facts."""
    lawful: dict[str, Any] = {
        "name": "g6.xlarge",
        "accelerator": "l4",
        "gpu_count": 1,
        "vcpus": 4,
        "cpu_millicores": 3920,
        "memory_mib": 14481,
        "network_baseline_gbps": 2.5,
        "network_burst_gbps": 10.0,
        "local_nvme_gb": 250,
        "interruption_band": ">20%",
        "spot": Quote(0.5, "us-east-1", "2026-08-10"),
        "on_demand": Quote(0.8, "us-east-1", "2026-07-20"),
        "provisioned": True,
    }
    return Machine(**{**lawful, **over})


def a_memory_plan(card: ModelCard = MISTRAL, precision: Any = "awq", gib: float = 22.03, **over: int) -> MemoryPlan:
    """The plan of a card on one GPU for 4,096 tokens, 600 of them typical."""
    lawful = {"tensor_parallel": 1, "pipeline_parallel": 1, "context_tokens": 4096, "typical_tokens": 600}
    return plan_memory(card, precision, gib, **{**lawful, **over})


def a_cold_start(**worst: float) -> ColdStart:
    """A cold start whose worst phases are given; each is expected to take half of that."""
    return ColdStart(tuple(Phase(name, seconds / 2, seconds, "test") for name, seconds in worst.items()))  # type: ignore[arg-type]
