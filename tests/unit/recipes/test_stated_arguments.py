"""Arguments that a deployment states: what the engine would say to them, and what it is started with."""

from typing import Any

import pytest

from headway.domain.engine_argument import ArgumentValue
from headway.recipes.stated_arguments import argument_faults, flags_by_name, stated_arguments, why_not_on
from unit.recipes.builders import CATALOG

VLLM, SGLANG = CATALOG.engines["vllm"], CATALOG.engines["sglang"]


def words(**stated: ArgumentValue) -> list[str]:
    """The command line's share of flags that vLLM is given; `_` stands for a dash."""
    named = {name.replace("_", "-"): value for name, value in stated.items()}
    return [word for one in stated_arguments(named, VLLM, CATALOG) for word in (one.flag, *one.values)]


def faults(engine: Any = VLLM, **stated: ArgumentValue) -> dict[str, tuple[str, str]]:
    """Problem and remedy by flag; `_` stands for a dash."""
    named = {name.replace("_", "-"): value for name, value in stated.items()}
    return {flag: (problem, remedy) for flag, problem, remedy in argument_faults(named, engine, CATALOG)}


def test_a_number_and_a_list_become_words() -> None:
    assert words(max_num_batched_tokens=4096) == ["--max-num-batched-tokens", "4096"]
    assert words(cudagraph_capture_sizes=(1, 2, 4)) == ["--cudagraph-capture-sizes", "1", "2", "4"]


@pytest.mark.parametrize(
    ("stated", "flag"),
    [
        ({"enable_prefix_caching": True}, "--enable-prefix-caching"),
        ({"enable_prefix_caching": False}, "--disable-prefix-caching"),
        ({"disable_prefix_caching": True}, "--disable-prefix-caching"),
        ({"disable_prefix_caching": False}, "--enable-prefix-caching"),
        ({"enforce_eager": False}, "--no-enforce-eager"),
    ],
)
def test_a_switch_says_the_same_from_both_sides(stated: dict[str, bool], flag: str) -> None:
    assert words(**stated) == [flag]


def test_a_switch_without_an_opposite_is_only_turned_on() -> None:
    assert faults(SGLANG, enable_mixed_chunk=False) == {
        "enable-mixed-chunk": ("is false, and it has no opposite", "leave it out")
    }
    assert faults(SGLANG, enable_mixed_chunk=True) == {}


def test_an_alias_that_is_no_opposite_does_not_turn_off() -> None:
    flags = flags_by_name(SGLANG, CATALOG)
    assert flags["enable-hicache"] is flags["enable-hierarchical-cache"]
    assert flags["enable-hicache"].off is None


def test_every_flag_that_vllm_shares_with_sglang_by_meaning_is_named_in_the_other() -> None:
    pairs = {
        "max-num-seqs": "max-running-requests",
        "max-model-len": "context-length",
        "gpu-memory-utilization": "mem-fraction-static",
        "max-num-batched-tokens": "chunked-prefill-size",
        "max-num-queued-reqs": "max-queued-requests",
    }
    for ours, theirs in pairs.items():
        assert theirs in faults(SGLANG, **{ours.replace("-", "_"): 1})[ours][1]
        assert ours in faults(VLLM, **{theirs.replace("-", "_"): 1})[theirs][1]


@pytest.mark.parametrize("engine", [VLLM, SGLANG], ids=["vllm", "sglang"])
def test_nothing_that_the_contract_sets_can_be_stated_beside_it(engine: Any) -> None:
    free = {engine.arguments.dtype, engine.arguments.kv_cache_dtype}
    for meaning in type(engine.arguments).model_fields:
        flag = getattr(engine.arguments, meaning)
        if flag and flag not in free:
            name = flag.removeprefix("--")
            assert faults(engine, **{name.replace("-", "_"): 1})[name][0] == "is set by Headway"


@pytest.mark.parametrize("engine", [VLLM, SGLANG], ids=["vllm", "sglang"])
def test_code_from_a_checkpoint_is_never_run(engine: Any) -> None:
    assert "runs code" in faults(engine, trust_remote_code=True)["trust-remote-code"][0]


def test_a_switch_that_stays_off_is_not_unsafe() -> None:
    assert faults(trust_remote_code=False) == {}
    assert faults(no_trust_remote_code=True) == {}
    assert "runs code" in faults(no_trust_remote_code=False)["no-trust-remote-code"][0]


@pytest.mark.parametrize("origins", ["*", '["*"]', '["https://a.example", "*"]'])
def test_any_origin_is_refused_however_it_is_written(origins: str) -> None:
    assert "browser" in faults(allowed_origins=origins)["allowed-origins"][0]
    assert faults(allowed_origins='["https://a.example"]') == {}


def test_every_rule_about_a_removed_flag_is_about_one_that_is_gone() -> None:
    for rule in CATALOG.flag_rules:
        if rule.kind == "removed" and not rule.value:
            assert rule.flag not in flags_by_name(CATALOG.engines[rule.engine], CATALOG), rule.flag


def test_every_other_rule_is_about_a_flag_that_exists() -> None:
    for rule in CATALOG.flag_rules:
        if rule.kind != "removed":
            engines = CATALOG.engines.values() if rule.engine == "*" else [CATALOG.engines[rule.engine]]
            assert any(rule.flag in flags_by_name(engine, CATALOG) for engine in engines), rule.flag


@pytest.mark.parametrize(
    ("gpu", "stated", "refused"),
    [
        ("t4", {"dtype": "bfloat16"}, True),
        ("l4", {"dtype": "bfloat16"}, False),
        ("t4", {"quantization": "awq_marlin"}, False),
        ("v100", {"quantization": "awq_marlin"}, True),
        ("t4", {"quantization": "mxfp4"}, True),
    ],
)
def test_what_a_gpu_cannot_do_is_refused_for_it_alone(gpu: str, stated: dict[str, str], refused: bool) -> None:
    assert (why_not_on(stated, VLLM, CATALOG.accelerators[gpu]) is not None) == refused


def test_marlin_on_turing_depends_on_the_version_of_the_engine() -> None:
    """Trap H2: the build that the documents pin wants 8.0, vLLM 0.33 wants 7.5."""
    kernels = VLLM.kernels.model_copy(update={"quantization_methods": {"awq_marlin": "8.0"}})
    older = VLLM.model_copy(update={"version": "0.13.0", "kernels": kernels})
    assert why_not_on({"quantization": "awq_marlin"}, older, CATALOG.accelerators["t4"]) == (
        "quantization",
        "awq_marlin needs compute capability 8.0 in vllm 0.13.0, NVIDIA T4 has 7.5",
    )
