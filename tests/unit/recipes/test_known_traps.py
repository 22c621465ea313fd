"""The hardware claims of the source documents, traps H1 to H13, each beside what is true and asked of the recipe engine.

The public recipe set of H13 has a file of its own, `test_public_recipe_set.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from unit.recipes.known_traps import of_fit, of_machines


@dataclass(frozen=True)
class Trap:
    """One row: what the documents say, what is so, and the check."""

    number: str
    claim: str
    truth: str
    check: Callable[[], None]


TRAPS = [
    Trap(
        "H1",
        "p3.2xlarge with a V100 is an option for its bandwidth",
        "EC2 lists no p3.2xlarge; vLLM 0.33 starts at compute capability 7.5, a V100 has 7.0",
        of_machines.p3_is_not_offered_and_its_gpu_not_supported,
    ),
    Trap(
        "H2",
        "the checkpoint's dtype is right everywhere",
        "a T4 has no bfloat16: half, or refused",
        of_fit.t4_has_no_bfloat16,
    ),
    Trap(
        "H2",
        "awq_marlin is set for every GPU",
        "the engine picks the kernel; vLLM runs AWQ on 7.5, SGLang from 8.0",
        of_fit.no_kernel_is_named_that_a_gpu_may_lack,
    ),
    Trap("H3", "T4 16 GB, A10G and L4 24 GB", "a framework sees 14.58 and 22.03 GiB", of_fit.usable_memory_decides),
    Trap(
        "H4",
        "32 sequences of 4,096 tokens run on a T4 with Mistral 7B in AWQ",
        "the KV cache holds about 14, 13 of them whole; the rest preempt",
        of_fit.t4_holds_about_fourteen_whole_sequences,
    ),
    Trap(
        "H5",
        "Llama 2 7B, 13 GB of files, about 10 GB on a T4 as 4 bit",
        "13.48 GB is 16 bit and needs 15.7 of 13.4 GiB; 4 bit is 3.9 GB and fits",
        of_fit.llama_2_needs_four_bits_on_t4,
    ),
    Trap(
        "H6",
        "an xlarge has 4 CPU and 16 Gi for pods",
        "3,920m and 13.8 to 14.1 GiB",
        of_machines.an_xlarge_holds_less_than_its_label,
    ),
    Trap(
        "H6",
        "a pod of 4 CPU and 16 Gi lands on an xlarge",
        "no machine of the pool holds it; a 2xlarge does",
        of_machines.a_pod_above_it_is_refused_with_both_numbers,
    ),
    Trap(
        "H7",
        "category g or p and manufacturer nvidia selects GPU machines",
        "also arm64 g5g, g6f without a whole GPU, and machines with 8 GPUs",
        of_machines.category_alone_admits_the_wrong_machines,
    ),
    Trap(
        "H7",
        "as above",
        "a pool has one architecture, one GPU, one count",
        of_machines.a_pool_pins_architecture_gpu_and_count,
    ),
    Trap(
        "H8",
        "a NodePool without a limit on GPUs",
        "every GPU pool has one, and it covers replicas × GPUs and a rollout",
        of_machines.gpus_are_limited_and_the_ceiling_fits,
    ),
    Trap(
        "H8",
        "a quota of 4 vCPUs for GPUs is enough",
        "4 on demand and 4 on spot start a g4dn.2xlarge; a g4dn.4xlarge needs 16",
        of_machines.the_accounts_quota_is_counted_in_vcpus,
    ),
    Trap(
        "H9",
        "the default 20 GiB disk",
        "17 GiB are allocatable, vLLM unpacks to 28.6 GB",
        of_machines.the_disk_holds_the_unpacked_image,
    ),
    Trap(
        "H10",
        "AMD GPUs on the same cluster",
        "EC2's only AMD GPU is a Radeon Pro V520 without kernels",
        of_machines.ec2_has_no_instinct,
    ),
    Trap(
        "H11",
        "AWQ takes 75 % less memory",
        "the checkpoint shrinks by 71.3 % and 64 %; the GPU stays as full, with more KV cache",
        of_fit.four_bits_shrink_the_checkpoint_not_the_gpu,
    ),
    Trap(
        "H12",
        "spot saves 60 to 70 %",
        "in August 2026 the median is 49 % in us-east-1, 65 % in us-east-2, and g6e.2xlarge saves 3 %",
        of_machines.spot_saves_what_the_region_says,
    ),
    Trap(
        "H13",
        "the first recipe that matches is taken",
        "fit, objective and price decide",
        of_fit.the_choice_is_by_price_not_by_position,
    ),
    Trap(
        "H13", "other recipes are not looked at", "every machine is listed with its reason", of_fit.every_loser_says_why
    ),
    Trap(
        "H13",
        "a fallback never changes engine or hardware",
        "the chain goes through capacity, GPU count, precision, engine and hardware",
        of_fit.the_chain_goes_on_to_other_formats_engines_and_hardware,
    ),
]


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: f"{trap.number}-{trap.check.__name__}")
def test_what_is_claimed_is_not_believed(trap: Trap) -> None:
    trap.check()


def test_every_hardware_trap_has_a_row() -> None:
    assert {trap.number for trap in TRAPS} == {f"H{number}" for number in range(1, 14)}
    assert all(trap.claim and trap.truth for trap in TRAPS)
