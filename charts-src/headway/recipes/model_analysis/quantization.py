"""What `quantization_config` says of a checkpoint's weights."""

from dataclasses import dataclass

from headway.domain.model_card import Precision
from headway.recipes.model_analysis.settings import Settings


@dataclass(frozen=True)
class Quantization:
    """How the weights of a checkpoint are stored."""

    method: str
    """As the config names it (`awq`), empty when the weights are not quantized."""
    described: str = ""
    """For people: `awq int4 (group 128)`."""
    precision: Precision | None = "16bit"
    """The catalog's word for it, or `None` where it has none."""
    bits: int = 16
    """Bits of one quantized weight."""
    fp8_block: tuple[int, int] | None = None
    """Rows and columns of weights that share a scale."""


NOT_QUANTIZED = Quantization("")


def quantization_of(config: Settings) -> Quantization:
    """The checkpoint's quantization; `compression_config` is the older name of the key."""
    settings = config.inner("quantization_config") or config.inner("compression_config")
    if settings is None:
        return NOT_QUANTIZED
    method = settings.text("quant_method").lower()
    if not method:
        settings.fault("quant_method", "is missing", "name the method, such as awq, gptq, fp8, compressed-tensors")
    if method in ("awq", "gptq"):
        return _grouped(settings, method)
    if method == "fp8":
        return _fp8(settings)
    if method == "mxfp4":
        return Quantization(method, "mxfp4 experts", "mxfp4", 4)
    if method == "compressed-tensors":
        return _compressed(settings)
    bits = 4 if method == "bitsandbytes" and settings.flag("load_in_4bit", False) else 8
    return Quantization(method, method, None, bits)


def _grouped(settings: Settings, method: str) -> Quantization:
    bits = settings.whole("bits" if "bits" in settings.values else "w_bit", 4, least=2, most=8)
    group = settings.whole("group_size" if "group_size" in settings.values else "q_group_size", 128, least=-1)
    grouping = f"group {group}" if group > 0 else "one group a row"
    precision: Precision | None = None
    if bits == 4:
        precision = "awq" if method == "awq" else "gptq"
    return Quantization(method, f"{method} int{bits} ({grouping})", precision, bits)


def _fp8(settings: Settings) -> Quantization:
    block = settings.wholes("weight_block_size")
    if not block:
        return Quantization("fp8", "fp8", "fp8", 8)
    if len(block) != 2 or min(block) < 1:
        settings.fault("weight_block_size", f"{list(block)} is not rows and columns", "write it like [128, 128]")
        return Quantization("fp8", "fp8", "fp8", 8)
    return Quantization("fp8", f"fp8 (block {block[0]}x{block[1]})", "fp8", 8, (block[0], block[1]))


def _compressed(settings: Settings) -> Quantization:
    """The first group's weights stand for all: mixed schemes name the rest in `ignore`."""
    groups = settings.inner("config_groups")
    weights = None
    if groups is not None and groups.values:
        first = groups.inner(next(iter(groups.values)))
        weights = first.inner("weights") if first else None
    if weights is None:
        settings.fault("config_groups", "says nothing of weights", "fetch config.json again")
        return Quantization("compressed-tensors", "compressed-tensors", None)
    bits, kind = weights.whole("num_bits", 8, least=2, most=8), weights.text("type") or "int"
    precision: Precision | None = None
    if bits == 8:
        precision = "fp8" if kind == "float" else "int8"
    group = weights.maybe("group_size") if weights.has("group_size") else None
    grouping = f" group {group}" if group else ""
    word = "fp" if kind == "float" else "int"
    return Quantization("compressed-tensors", f"{word}{bits}{grouping} (compressed-tensors)", precision, bits)
