"""The architectures whose parameters are counted exactly, by the class name in `architectures`.

Shapes follow the model classes of Hugging Face transformers; the tests hold every count against the catalog.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from headway.recipes.model_analysis.dense import Family, dense_model
from headway.recipes.model_analysis.latent import latent_model
from headway.recipes.model_analysis.mixture import gpt_oss_model, llama4_model, mixtral_model, qwen3_moe_model
from headway.recipes.model_analysis.settings import Settings
from headway.recipes.model_analysis.shape import Shape
from headway.recipes.model_analysis.weights import Weights

Build = Callable[[Settings], tuple[Shape, Weights]]

GEMMA3_DEFAULTS = {
    "vocab_size": 262208,
    "num_attention_heads": 8,
    "num_key_value_heads": 4,
    "head_dim": 256,
    "max_position_embeddings": 131072,
    "sliding_window": 4096,
}
"""Defaults of transformers' `Gemma3TextConfig`: the published multimodal configs leave these keys out."""


@dataclass(frozen=True)
class Architecture:
    """One class of models."""

    build: Build
    text_config: bool = False
    """Whether the decoder's keys are in `text_config`, beside a vision tower's."""
    defaults: Mapping[str, int] | None = None
    """What the class assumes for keys that published configs leave out."""


def _dense(family: Family) -> Build:
    return lambda settings: dense_model(settings, family)


_GEMMA3 = _dense(Family(norms=4, query_key_norms=True, bias="asked", windows="sixth", tied=True))

ARCHITECTURES: Mapping[str, Architecture] = {
    "LlamaForCausalLM": Architecture(_dense(Family(bias="asked", mlp_bias=True))),
    "MistralForCausalLM": Architecture(_dense(Family(windows="all"))),
    "MixtralForCausalLM": Architecture(mixtral_model),
    "Qwen2ForCausalLM": Architecture(_dense(Family(bias="qkv", windows="upper"))),
    "Qwen3ForCausalLM": Architecture(_dense(Family(query_key_norms=True, bias="asked", windows="upper"))),
    "Qwen3MoeForCausalLM": Architecture(qwen3_moe_model),
    "Gemma2ForCausalLM": Architecture(_dense(Family(norms=4, bias="asked", windows="second", tied=True))),
    "Gemma3ForCausalLM": Architecture(_GEMMA3, defaults=GEMMA3_DEFAULTS),
    "Gemma3ForConditionalGeneration": Architecture(_GEMMA3, text_config=True, defaults=GEMMA3_DEFAULTS),
    "Phi3ForCausalLM": Architecture(_dense(Family(windows="all"))),
    "DeepseekV3ForCausalLM": Architecture(latent_model),
    "GptOssForCausalLM": Architecture(gpt_oss_model),
    "Llama4ForConditionalGeneration": Architecture(llama4_model, text_config=True),
}

MODEL_TYPES: Mapping[str, str] = {
    "llama": "LlamaForCausalLM",
    "mistral": "MistralForCausalLM",
    "mixtral": "MixtralForCausalLM",
    "qwen2": "Qwen2ForCausalLM",
    "qwen3": "Qwen3ForCausalLM",
    "qwen3_moe": "Qwen3MoeForCausalLM",
    "gemma2": "Gemma2ForCausalLM",
    "gemma3_text": "Gemma3ForCausalLM",
    "gemma3": "Gemma3ForConditionalGeneration",
    "phi3": "Phi3ForCausalLM",
    "deepseek_v3": "DeepseekV3ForCausalLM",
    "gpt_oss": "GptOssForCausalLM",
    "llama4": "Llama4ForConditionalGeneration",
}
"""For configs that name only their `model_type`."""
