"""Trap H13: a public set of 30 recipes for AMD Instinct, many of which cannot hold the model's weights.

`fixtures/recipe-sets/aim-engine.csv` has its enabled vLLM entries. DeepSeek-R1's say fp16, but an engine keeps the published
FP8 weights, so those are counted. How many entries fail depends on what an "MI250" and its memory are taken to be: boards
and labels make 12, but an engine starts one rank a device, half an MI250, and sees less than its label.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from headway.domain.model_card import Precision
from headway.recipes import MemoryPlan, kernels
from headway.recipes.memory_plan import plan_memory
from unit.environments.builders import FIXTURES
from unit.recipes.builders import CATALOG

SET = FIXTURES.parent / "fixtures" / "recipe-sets" / "aim-engine.csv"
WEIGHTS: Mapping[str, Precision] = {"fp16": "fp8", "fp8": "fp8", "bf16": "16bit"}
"""What the published checkpoints hold, by what a recipe calls it."""
ACCELERATORS = {"MI250": "mi250x", "MI300X": "mi300x"}
GB = 1e9 / 2**30


@dataclass(frozen=True)
class Entry:
    """One way to serve that the set offers."""

    card: str
    gpu: str
    gpu_count: int
    precision: Precision
    context_tokens: int

    @property
    def name(self) -> str:
        return f"{self.gpu_count} × {self.gpu}, {self.card.rsplit('/')[-1]}"

    def plan(self, gib: Mapping[str, float]) -> MemoryPlan:
        """The memory of one of its GPUs, `gib` large."""
        card, tokens = CATALOG.models[self.card], (self.context_tokens, self.context_tokens)
        return plan_memory(card, self.precision, gib[self.gpu], self.gpu_count, 1, *tokens)

    def without_room(self, gib: Mapping[str, float]) -> bool:
        return self.plan(gib).kv_cache_gib <= 0


def entries() -> list[Entry]:
    with SET.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [
        Entry(row["card"], row["gpu"], int(row["gpu_count"]), WEIGHTS[row["precision"]], int(row["context_tokens"]))
        for row in rows
    ]


SEEN = {"MI250": 63.98, "MI300X": CATALOG.accelerators["mi300x"].usable_gib or 0.0}
"""GiB of one device. HIP out-of-memory errors in public repositories print 63.98 GiB for each half of an MI250 board."""
READINGS = {
    "boards and labels": ({"MI250": 128 * GB, "MI300X": 192 * GB}, 12),
    "boards, memory that a framework sees": ({"MI250": 2 * SEEN["MI250"], "MI300X": SEEN["MI300X"]}, 11),
    "devices, memory that a framework sees": (SEEN, 15),
}
R1, LLAMA, MAVERICK, QWEN = "DeepSeek-R1", "Llama-3.1-405B-Instruct", "Llama-4-Maverick-17B-128E-Instruct", "Qwen3-32B"
TOO_LARGE = {
    f"2 × MI250, {R1}": (337.7, 58.9),
    f"4 × MI250, {R1}": (170.0, 58.9),
    f"8 × MI250, {R1}": (86.2, 58.9),
    f"2 × MI300X, {R1}": (337.7, 176.4),
    f"1 × MI250, {LLAMA}": (410.9, 58.9),
    f"2 × MI250, {LLAMA}": (206.6, 58.9),
    f"4 × MI250, {LLAMA}": (104.5, 58.9),
    f"1 × MI300X, {LLAMA}": (410.9, 176.4),
    f"2 × MI300X, {LLAMA}": (206.6, 176.4),
    f"1 × MI250, {MAVERICK}": (403.7, 58.9),
    f"2 × MI250, {MAVERICK}": (203.0, 58.9),
    f"4 × MI250, {MAVERICK}": (102.6, 58.9),
    f"1 × MI300X, {MAVERICK}": (403.7, 176.4),
    f"2 × MI300X, {MAVERICK}": (203.0, 176.4),
    f"1 × MI250, {QWEN}": (67.6, 58.9),
}
"""Entry → GiB a device that weights and overhead need, GiB that an engine may use there."""


def test_the_set_has_thirty_entries() -> None:
    assert len(entries()) == len({entry.name for entry in entries()}) == 30


@pytest.mark.parametrize("reading", READINGS)
def test_so_many_entries_cannot_hold_their_weights(reading: str) -> None:
    gib, count = READINGS[reading]
    assert len([entry for entry in entries() if entry.without_room(gib)]) == count


def test_each_of_them_has_both_numbers() -> None:
    plans = {entry.name: entry.plan(SEEN) for entry in entries() if entry.without_room(SEEN)}
    found = {name: (round(p.weights_gib + p.overhead_gib, 1), round(p.budget_gib, 1)) for name, p in plans.items()}
    assert found == TOO_LARGE


def test_eight_bit_entries_on_mi250_have_no_kernels_either() -> None:
    gpus = {name: CATALOG.accelerators[key] for name, key in ACCELERATORS.items()}
    vllm = CATALOG.engines["vllm"]
    refused = {
        entry.name
        for entry in entries()
        if kernels.why_not(CATALOG.models[entry.card], entry.precision, gpus[entry.gpu], vllm)
    }
    assert len(refused) == 11
    assert len(refused | set(TOO_LARGE)) == 17


def test_a_whole_context_fits_beside_the_weights_or_the_entry_is_too_small() -> None:
    tight = [
        entry.name for entry in entries() if not entry.without_room(SEEN) and entry.plan(SEEN).full_length_sequences < 1
    ]
    assert tight == []
