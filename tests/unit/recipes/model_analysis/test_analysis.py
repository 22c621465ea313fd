"""Configs and headers, right and wrong."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.catalog import load_catalog
from headway.catalog.loader import read_sheet
from headway.domain.model_card import ModelCard
from headway.recipes.model_analysis import UnreadableModel, analyse, catalog_header, catalog_row
from unit.recipes.model_analysis.builders import (
    SMALL_PARAMETERS,
    a_config,
    a_header,
    published,
    small_tensors,
)


def faults(config: dict[str, Any], *headers: Any) -> list[str]:
    with pytest.raises(UnreadableModel) as caught:
        analyse(config, list(headers))
    return [str(fault) for fault in caught.value.faults]


def test_without_headers_parameters_are_computed_from_the_shape() -> None:
    found = analyse(a_config())
    assert (found.parameters, found.parameters_exact) == (SMALL_PARAMETERS, False)
    assert found.checkpoint_bytes is None


def test_headers_give_the_exact_count_over_all_shards() -> None:
    tensors = list(small_tensors().items())
    found = analyse(a_config(), [a_header(dict(tensors[:5])), a_header(dict(tensors[5:]))])
    assert (found.parameters, found.parameters_exact) == (SMALL_PARAMETERS, True)
    assert found.checkpoint_bytes == 2 * SMALL_PARAMETERS
    assert found.notes == ()


def test_a_missing_shard_is_noted_and_the_shape_is_used() -> None:
    found = analyse(a_config(), [a_header(dict(list(small_tensors().items())[:5]))])
    assert (found.parameters, found.parameters_exact) == (SMALL_PARAMETERS, False)
    assert "a shard may be missing" in found.notes[0]


def test_a_tied_head_that_is_stored_again_is_not_counted_twice() -> None:
    found = analyse(a_config(tie_word_embeddings=True), [a_header(small_tensors())])
    assert found.parameters == SMALL_PARAMETERS - 64 * 16


def test_rotary_buffers_are_no_parameters() -> None:
    buffers = {"model.layers.0.self_attn.rotary_emb.inv_freq": ("F32", (2,))}
    assert analyse(a_config(), [a_header(small_tensors() | buffers)]).parameters == SMALL_PARAMETERS


def test_layers_that_predict_further_tokens_are_left_out_and_said() -> None:
    extra = {"model.layers.2.mlp.gate_proj.weight": ("BF16", (32, 16))}
    found = analyse(a_config(), [a_header(small_tensors() | extra)])
    assert found.parameters == SMALL_PARAMETERS
    assert found.notes == ("the count leaves out 512 parameters of prediction layers in the checkpoint",)


def test_a_vision_tower_is_counted_at_16_bit() -> None:
    tower = {"vision_tower.vision_model.encoder.layers.7.mlp.fc1.weight": ("BF16", (10, 10))}
    plain, seeing = analyse(a_config()), analyse(a_config(), [a_header(small_tensors() | tower)])
    assert seeing.parameters == plain.parameters + 100
    assert seeing.weight_bytes["awq"] == plain.weight_bytes["awq"] + 200
    assert "vision tower" in seeing.notes[0]


def quantized(suffixes: dict[str, Any]) -> dict[str, Any]:
    """The small model's tensors with each decoder linear weight replaced by several; shapes from rows and columns."""
    tensors: dict[str, Any] = {}
    for name, (dtype, shape) in small_tensors().items():
        if "_proj" in name:
            stem = name.removesuffix(".weight")
            tensors |= {f"{stem}{suffix}": (kind, of(*shape)) for suffix, (kind, of) in suffixes.items()}
        else:
            tensors[name] = (dtype, shape)
    return tensors


FORMATS = {
    "awq": (
        {"quant_method": "awq", "bits": 4, "group_size": 16},
        {
            ".qweight": ("I32", lambda rows, columns: (columns, rows // 8)),
            ".qzeros": ("I32", lambda rows, columns: (columns // 16, rows // 8)),
            ".scales": ("F16", lambda rows, columns: (columns // 16, rows)),
        },
        "awq int4 (group 16)",
    ),
    "gptq": (
        {"quant_method": "gptq", "bits": 4, "group_size": 16, "desc_act": False},
        {
            ".qweight": ("I32", lambda rows, columns: (columns // 8, rows)),
            ".qzeros": ("I32", lambda rows, columns: (columns // 16, rows // 8)),
            ".scales": ("F16", lambda rows, columns: (columns // 16, rows)),
            ".g_idx": ("I32", lambda _, columns: (columns,)),
        },
        "gptq int4 (group 16)",
    ),
    "fp8": (
        {"quant_method": "fp8", "weight_block_size": [128, 128], "activation_scheme": "dynamic"},
        {
            ".weight": ("F8_E4M3", lambda rows, columns: (rows, columns)),
            ".weight_scale_inv": ("F32", lambda *_: (1, 1)),
        },
        "fp8 (block 128x128)",
    ),
    "compressed-tensors fp8": (
        {
            "quant_method": "compressed-tensors",
            "config_groups": {"group_0": {"weights": {"num_bits": 8, "type": "float", "strategy": "channel"}}},
        },
        {
            ".weight": ("F8_E4M3", lambda rows, columns: (rows, columns)),
            ".weight_scale": ("BF16", lambda rows, _: (rows, 1)),
        },
        "fp8 (compressed-tensors)",
    ),
    "compressed-tensors int4": (
        {
            "quant_method": "compressed-tensors",
            "config_groups": {"group_0": {"weights": {"num_bits": 4, "type": "int", "group_size": 16}}},
        },
        {
            ".weight_packed": ("I32", lambda rows, columns: (rows, columns // 8)),
            ".weight_scale": ("BF16", lambda rows, columns: (rows, columns // 16)),
            ".weight_shape": ("I32", lambda *_: (2,)),
        },
        "int4 group 16 (compressed-tensors)",
    ),
}


@pytest.mark.parametrize("name", FORMATS)
def test_quantized_checkpoints_count_weights_not_storage(name: str) -> None:
    config, suffixes, described = FORMATS[name]
    found = analyse(a_config(quantization_config=config), [a_header(quantized(suffixes))])
    assert found.parameters == SMALL_PARAMETERS
    assert found.native_dtype == described
    assert found.parameters_exact


@pytest.mark.parametrize("name", ["awq", "gptq", "fp8", "compressed-tensors fp8"])
def test_the_checkpoints_own_precision_has_its_own_bytes(name: str) -> None:
    config, suffixes, _ = FORMATS[name]
    found = analyse(a_config(quantization_config=config), [a_header(quantized(suffixes))])
    assert found.quantization.precision
    assert found.weight_bytes[found.quantization.precision] == found.checkpoint_bytes
    assert found.weight_bytes["16bit"] == 2 * SMALL_PARAMETERS


def test_mxfp4_blocks_hold_two_weights_a_byte() -> None:
    config = published("openai/gpt-oss-20b") | {"num_hidden_layers": 1, "layer_types": ["full_attention"]}
    shape = analyse(config)
    experts = 32 * 3 * 2880 * 2880
    header = a_header(
        {
            "model.layers.0.mlp.experts.gate_up_proj_blocks": ("U8", (32, 5760, 90, 16)),
            "model.layers.0.mlp.experts.gate_up_proj_scales": ("U8", (32, 5760, 90)),
            "model.layers.0.mlp.experts.down_proj_blocks": ("U8", (32, 2880, 90, 16)),
            "model.layers.0.mlp.experts.down_proj_scales": ("U8", (32, 2880, 90)),
            "model.layers.0.rest": ("BF16", (shape.parameters - experts,)),
        }
    )
    found = analyse(config, [header])
    assert (found.parameters, found.parameters_exact) == (shape.parameters, True)
    assert found.weight_bytes == {"mxfp4": found.checkpoint_bytes} == shape.weight_bytes


@pytest.mark.parametrize(("heads", "kv", "kind"), [(8, 8, "MHA"), (8, 2, "GQA"), (8, 1, "MQA")])
def test_heads_decide_the_kind_of_attention(heads: int, kv: int, kind: str) -> None:
    config = a_config(num_attention_heads=heads, num_key_value_heads=kv)
    assert analyse(config).shape.attention == kind


def test_a_model_whose_every_layer_slides_says_so() -> None:
    found = analyse(a_config(architectures=["MistralForCausalLM"], sliding_window=64))
    assert (found.shape.sliding_window_tokens, found.shape.full_attention_layers) == (64, 0)
    assert found.card("a/b", "test", "2026-01-01").full_attention_layers is None
    assert "every layer slides; planned as if none did" in found.notes


def test_keys_that_gemma_3_leaves_out_come_from_its_class() -> None:
    config = published("google/gemma-3-4b-it")
    for key in ("vocab_size", "num_attention_heads", "num_key_value_heads", "head_dim", "max_position_embeddings"):
        del config["text_config"][key]
    found = analyse(config)
    assert found.shape.vocabulary == 262208
    assert "num_attention_heads 8" in found.notes[0]


def test_llama_4_counts_dense_layers_and_shared_experts() -> None:
    """Published: Maverick 400B, Scout 109B with its vision tower, 17B active in both."""
    maverick = published("meta-llama/Llama-4-Maverick-17B-128E-Instruct")
    scout = maverick | {
        "text_config": maverick["text_config"] | {"num_local_experts": 16, "interleave_moe_layer_step": 1}
    }
    for config, billions in ((maverick, 400), (scout, 108)):
        found = analyse(config)
        assert found.parameters == pytest.approx(billions * 1e9, rel=0.005)
        assert found.active_parameters == pytest.approx(17e9, rel=0.02)


def test_model_type_stands_in_for_architectures() -> None:
    assert analyse(a_config(architectures=..., model_type="llama")).architecture == "LlamaForCausalLM"


def test_the_row_can_be_pasted_into_the_catalog(tmp_path: Path) -> None:
    for model_id in load_catalog().models:
        if not model_id.startswith("Qwen/Qwen3.5"):
            card = analyse(published(model_id)).card(model_id, 'a "source", with commas', "2026-01-01")
            (tmp_path / "models.csv").write_text(f"{catalog_header()}\n{catalog_row(card)}\n")
            sheet = read_sheet(tmp_path, "models.csv", ModelCard, ("id",))
            assert (sheet.faults, sheet.nouns) == ((), (card,))


def test_an_unknown_architecture_says_what_is_missing_and_what_could_be_read() -> None:
    (fault,) = faults(a_config(architectures=["MambaForCausalLM"], num_key_value_heads=...), a_header(small_tensors()))
    assert "'MambaForCausalLM' is not an architecture counted here" in fault
    assert "keys num_key_value_heads;" in fault
    assert "could read layers 2, hidden size 16, attention heads 4" in fault
    assert f"parameters {SMALL_PARAMETERS} from safetensors headers" in fault


def test_a_hybrid_model_is_named_as_one() -> None:
    (fault,) = faults(a_config(architectures=["Qwen3_5ForCausalLM"], layer_types=["linear_attention"]))
    assert "hybrid attention" in fault


def test_a_slip_in_the_architecture_is_guessed() -> None:
    (fault,) = faults(a_config(architectures=["LLamaForCausalLm"]))
    assert fault.endswith("did you mean LlamaForCausalLM?")


def test_all_faults_of_config_and_headers_are_told_at_once() -> None:
    config = a_config(hidden_size="16", num_hidden_layers=..., vocab_size=0, tie_word_embeddings="no", torch_dtype=16)
    assert faults(config, {"w": {"dtype": "F99", "shape": [1], "data_offsets": [0, 2]}}) == [
        "shard 1: 'w': dtype 'F99' is not one of safetensors; fetch the file again",
        "config.json: num_hidden_layers: is missing; write a whole number, 1 or more",
        "config.json: hidden_size: '16' is not a whole number; write a whole number, 1 or more",
        "config.json: vocab_size: 0 is out of range; write 1 to 1099511627776",
        "config.json: tie_word_embeddings: 'no' is neither true nor false; write true or false",
        'config.json: torch_dtype: 16 is not a text; write it in quotes, such as "bfloat16"',
    ]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"num_hidden_layers": True}, "True is not a whole number"),
        ({"num_hidden_layers": 2.0}, "2.0 is not a whole number"),
        ({"num_hidden_layers": 10**9}, "out of range"),
        ({"hidden_size": None}, "hidden_size: is null"),
        ({"num_key_value_heads": 3}, "3 does not divide num_attention_heads 4"),
        ({"num_attention_heads": 6, "num_key_value_heads": 6}, "head_dim: is missing"),
        ({"rope_theta": float("nan")}, "rope_theta: nan is not a finite number"),
        ({"quantization_config": "awq"}, "quantization_config: 'awq' is not an object"),
        ({"quantization_config": {}}, "quantization_config: quant_method: is missing"),
        ({"quantization_config": {"quant_method": "fp8", "weight_block_size": [0]}}, "[0] is not rows and columns"),
        ({"quantization_config": {"quant_method": "compressed-tensors"}}, "says nothing of weights"),
        ({"architectures": "LlamaForCausalLM"}, "is not a list of texts"),
        ({"architectures": ...}, "architectures: is missing, and so is model_type"),
        ({"architectures": ["Gemma3ForConditionalGeneration"]}, "text_config: is missing"),
        ({"torch_dtype": "b\x1b[31m"}, "is not a name"),
    ],
)
def test_a_wrong_key_is_named_with_its_value(changes: dict[str, Any], fault: str) -> None:
    assert any(fault in line for line in faults(a_config(**changes)))


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (7, "7 is not an object"),
        ({"dtype": "BF16", "shape": [-1], "data_offsets": [0, 2]}, "shape [-1]"),
        ({"dtype": "BF16", "shape": [2], "data_offsets": [4, 0]}, "are not a begin and an end"),
        ({"dtype": "BF16", "shape": [2], "data_offsets": [0, 2]}, "hold 2 bytes, shape and dtype need 4"),
    ],
)
def test_a_wrong_tensor_is_named(entry: Any, fault: str) -> None:
    (line,) = faults(a_config(), {"model.norm.weight": entry})
    assert line.startswith("shard 1: 'model.norm.weight': ")
    assert fault in line


def test_a_tensor_in_two_shards_is_a_fault() -> None:
    header = a_header({"model.norm.weight": ("BF16", (16,))})
    assert "is in another shard too" in faults(a_config(), header, header)[0]


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = sorted({key for model in ("deepseek-ai/DeepSeek-V3", "openai/gpt-oss-20b") for key in published(model)})


@given(
    model=st.sampled_from(
        [
            "deepseek-ai/DeepSeek-V3",
            "openai/gpt-oss-20b",
            "Qwen/Qwen3-30B-A3B",
            "google/gemma-3-4b-it",
            "meta-llama/Llama-4-Maverick-17B-128E-Instruct",
        ]
    ),
    changes=st.dictionaries(st.sampled_from([*KEYS, "text_config", "mlp_only_layers"]), junk, max_size=4),
    header=st.dictionaries(st.text(max_size=8), junk, max_size=3),
)
def test_any_value_under_any_key_is_analysed_or_refused_with_a_fault(model: str, changes: Any, header: Any) -> None:
    with suppress(UnreadableModel):
        found = analyse(published(model) | changes, [header])
        assert json.dumps(found.card("a/b", "test", "2026-01-01").model_dump())
