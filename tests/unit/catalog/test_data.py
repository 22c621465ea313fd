"""The packaged figures against the formulas and facts they came from."""

import re
from datetime import date
from math import ceil

import pytest

from headway.catalog import load_catalog
from headway.domain.instance_type import InstanceType

from .copies import SHEETS, read_rows

CATALOG = load_catalog()
ENI_LIMITED_OVERHEAD_MIB = 255
EVICTION_MIB = 100
ARM_CMA_MIB = 64
PER_HEAD = {"MHA", "GQA", "MQA"}
"""Kinds of attention that cache keys and values a head in every layer."""


def allocatable_memory_mib(machine: InstanceType) -> int:
    """Karpenter's arithmetic on AL2023: VM overhead, kube-reserved by pods, eviction threshold."""
    memory = machine.memory_mib - (ARM_CMA_MIB if machine.architecture == "arm64" else 0)
    reserved = 11 * machine.allocatable.pods + ENI_LIMITED_OVERHEAD_MIB
    return memory - ceil(memory * 0.075) - reserved - EVICTION_MIB


def allocatable_cpu_millicores(vcpu: int) -> int:
    """6 % of the first core, 1 % of the second, 0.5 % of the next two, 0.25 % of the rest."""
    reserved = 60 + 10 * (vcpu > 1) + 5 * (min(vcpu, 4) - 2) + int(2.5 * max(vcpu - 4, 0))
    return 1000 * vcpu - reserved


def test_the_catalog_has_every_collected_fact() -> None:
    assert len(CATALOG.instance_types) == 81
    assert len(CATALOG.accelerators) == 21
    assert len(CATALOG.models) == 42
    assert set(CATALOG.images) == {"vllm", "vllm-rocm", "sglang", "gateway", "frontend", "collector"}


@pytest.mark.parametrize("name", SHEETS)
def test_every_row_says_where_it_was_read_and_when(name: str) -> None:
    for row in read_rows(name):
        assert row["source"]
        assert date(2023, 1, 1) < date.fromisoformat(row["as_of"]) <= date(2026, 11, 21)


def test_g4dn_xlarge_offers_what_karpenter_prints() -> None:
    machine = CATALOG.instance_types["g4dn.xlarge"]
    assert machine.allocatable.memory_mib == 14481
    assert machine.allocatable.cpu_millicores == 3920
    assert machine.measured_memtotal_mib == 15779
    assert machine.interruption_band == "15-20%"
    assert (machine.ebs_baseline_mbps, machine.ebs_max_mbps) == (950, 3500)


@pytest.mark.parametrize("machine", CATALOG.instance_types.values(), ids=lambda machine: machine.name)
def test_allocatable_follows_from_the_label(machine: InstanceType) -> None:
    assert machine.allocatable.memory_mib == allocatable_memory_mib(machine)
    assert machine.allocatable.cpu_millicores == allocatable_cpu_millicores(machine.vcpu)


def test_allocatable_fits_into_the_memory_that_linux_saw() -> None:
    for machine in CATALOG.instance_types.values():
        if machine.measured_memtotal_mib is not None:
            assert machine.allocatable.memory_mib < machine.measured_memtotal_mib


def test_same_named_gpus_with_different_memory_are_told_apart() -> None:
    accelerators = {name: machine.accelerator for name, machine in CATALOG.instance_types.items()}
    assert accelerators["p3.2xlarge"] == "v100"
    assert accelerators["p3dn.24xlarge"] == "v100-32"
    assert accelerators["p4d.24xlarge"] == "a100-40"
    assert accelerators["p4de.24xlarge"] == "a100-80"


def test_neuron_machines_have_no_accelerator_of_the_catalog() -> None:
    without = {machine.family for machine in CATALOG.instance_types.values() if machine.accelerator is None}
    assert without == {"inf2", "trn1", "trn1n", "trn2"}


def test_a_slice_of_a_gpu_is_no_gpu() -> None:
    slices = [machine for machine in CATALOG.instance_types.values() if machine.family in {"g6f", "gr6f"}]
    assert len(slices) == 5
    for machine in slices:
        assert (machine.accelerator, machine.gpu_count, machine.gpu_resource) == ("l4", 0, "")


def test_p3_is_kept_and_marked_as_gone() -> None:
    gone = {machine.name for machine in CATALOG.instance_types.values() if not machine.listed}
    assert gone == {"p3.2xlarge", "p3.8xlarge", "p3.16xlarge"}


def test_usable_gpu_memory_is_the_floor_of_what_was_seen() -> None:
    usable = {key: part.usable_gib for key, part in CATALOG.accelerators.items()}
    assert usable["t4"] == 14.58
    assert usable["a10g"] == 22.03
    assert usable["l40s"] == 44.34
    assert usable["h200"] == 139.8
    assert "22.03" in CATALOG.accelerators["a10g"].notes


def test_what_nobody_verified_is_none_and_not_zero() -> None:
    assert CATALOG.accelerators["a10g"].fp16_tflops is None
    assert CATALOG.accelerators["rtx-pro-4500"].memory_bandwidth_gb_per_second is None
    assert CATALOG.instance_types["g6.xlarge"].network_burst_gbps is None
    assert CATALOG.instance_types["inf2.48xlarge"].measured_memtotal_mib is None
    assert CATALOG.models["google/gemma-3-1b-it"].context_tokens is None
    assert CATALOG.models["Qwen/Qwen3.5-27B"].weight_bytes == {}


@pytest.mark.parametrize("name", [n for n, c in CATALOG.models.items() if c.attention in PER_HEAD])
def test_kv_bytes_follow_from_the_shape(name: str) -> None:
    card = CATALOG.models[name]
    assert card.kv_heads is not None
    assert card.head_dim is not None
    assert card.kv_bytes_per_token_16bit == 2 * card.layers * card.kv_heads * card.head_dim * 2


def test_mla_caches_one_latent_for_all_heads() -> None:
    card = CATALOG.models["deepseek-ai/DeepSeek-V3"]
    assert card.kv_heads is None
    assert card.kv_bytes_per_token_16bit == card.layers * (512 + 64) * 2


def test_hybrid_models_hold_kv_in_full_attention_layers_only() -> None:
    card = CATALOG.models["Qwen/Qwen3.5-27B"]
    assert card.full_attention_layers == 16
    assert card.kv_bytes_per_token_16bit == 2 * 16 * 4 * 256 * 2


@pytest.mark.parametrize("name", [n for n, c in CATALOG.models.items() if "16bit" in c.weight_bytes])
def test_16_bit_weights_take_two_bytes_a_parameter(name: str) -> None:
    card = CATALOG.models[name]
    assert card.parameters is not None
    assert card.weight_bytes["16bit"] == 2 * card.parameters


def test_smaller_precisions_take_fewer_bytes() -> None:
    for card in CATALOG.models.values():
        if "16bit" in card.weight_bytes:
            assert card.weight_bytes["fp8"] == card.weight_bytes["int8"] < card.weight_bytes["16bit"]
            assert card.weight_bytes["awq"] == card.weight_bytes["gptq"] < card.weight_bytes["fp8"]


def test_checkpoint_sizes_equal_the_published_ones() -> None:
    weights = {name: card.weight_bytes for name, card in CATALOG.models.items()}
    assert weights["meta-llama/Llama-3.1-8B-Instruct"]["16bit"] == 16_060_522_496
    assert weights["mistralai/Mistral-7B-Instruct-v0.3"]["awq"] == 4_163_379_200
    assert weights["openai/gpt-oss-20b"] == {"mxfp4": 13_761_264_768}
    assert weights["openai/gpt-oss-120b"] == {"mxfp4": 65_248_815_744}


def test_every_licence_says_where_it_was_read() -> None:
    for card in CATALOG.models.values():
        assert (card.licence is None) == (card.licence_source is None)
    assert CATALOG.models["Qwen/Qwen2.5-72B-Instruct"].licence is None
    assert CATALOG.models["deepseek-ai/DeepSeek-V3"].licence == "DeepSeek License Agreement"


def test_images_that_nobody_weighed_say_so() -> None:
    for image in CATALOG.images.values():
        assert re.search(r"estimate|neither measured at this tag", image.source)
