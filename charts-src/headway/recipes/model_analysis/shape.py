"""The shape of a decoder, as every architecture has it."""

from dataclasses import dataclass
from typing import Literal

from headway.domain.model_card import AttentionKind
from headway.recipes.model_analysis.settings import Settings

Windows = Literal["none", "all", "upper", "second", "sixth"]
"""Which layers slide: none; all; those from `max_window_layers` on; all but each second; all but each sixth."""
FULL_PERIOD = {"second": 2, "sixth": 6}
MOST_LAYERS = 10_000
WINDOWED = {"sliding_attention", "chunked_attention"}


@dataclass(frozen=True)
class Shape:
    """Widths and counts of a decoder. For MLA, `kv_heads` and `head_dim` are `None`."""

    layers: int
    hidden_size: int
    intermediate_size: int | None
    attention_heads: int
    kv_heads: int | None
    head_dim: int | None
    vocabulary: int
    context_tokens: int | None
    attention: AttentionKind
    kv_values_per_layer: int
    """Values that one layer caches for one token."""
    sliding_window_tokens: int | None = None
    full_attention_layers: int | None = None
    """Layers that see everything; 0 when none does, `None` when all do."""
    experts: str = ""

    @property
    def kv_bytes_per_token(self) -> int:
        """KV cache of one token over all layers, with 16-bit values."""
        return 2 * self.layers * self.kv_values_per_layer


@dataclass(frozen=True)
class Heads:
    """Attention heads of a layer that caches keys and values by head."""

    query: int
    kv: int
    dim: int

    @property
    def kind(self) -> AttentionKind:
        """How query heads share keys and values."""
        if self.kv == self.query:
            return "MHA"
        return "MQA" if self.kv == 1 else "GQA"


def layers_of(settings: Settings) -> int:
    """Decoder layers."""
    return settings.whole("num_hidden_layers", most=MOST_LAYERS)


def heads_of(settings: Settings, hidden_size: int) -> Heads:
    """Query heads, key/value heads, and the width of one; heads that do not share evenly are a fault."""
    query = settings.whole("num_attention_heads")
    kv = settings.whole("num_key_value_heads", settings.defaults.get("num_key_value_heads", query))
    if query % kv and settings.sound("num_attention_heads", "num_key_value_heads"):
        problem = f"{kv} does not divide num_attention_heads {query}"
        settings.fault("num_key_value_heads", problem, "query heads share key/value heads evenly")
    if settings.has("head_dim") or "head_dim" in settings.defaults:
        return Heads(query, kv, settings.whole("head_dim"))
    if hidden_size % query and settings.sound("num_attention_heads", "hidden_size"):
        problem = f"is missing, and num_attention_heads {query} does not divide hidden_size {hidden_size}"
        settings.fault("head_dim", problem, "write the width of one head")
    return Heads(query, kv, hidden_size // query or 1)


def windows_of(settings: Settings, rule: Windows, layers: int, context: int | None) -> tuple[int | None, int | None]:
    """Sliding window in tokens, and layers that see everything; both `None` where every layer does."""
    if rule == "none" or (rule == "upper" and not settings.flag("use_sliding_window", False)):
        return None, None
    window = settings.maybe("sliding_window")
    if window is None and "sliding_window" in settings.defaults:
        window = settings.whole("sliding_window")
    full = _full_layers(settings, rule, layers)
    if window is None or full == layers or (context is not None and window >= context):
        return None, None
    return window, full


def _full_layers(settings: Settings, rule: Windows, layers: int) -> int:
    kinds = settings.texts("layer_types")
    if kinds:
        if len(kinds) != layers and settings.sound("num_hidden_layers"):
            problem = f"has {len(kinds)} entries and num_hidden_layers is {layers}"
            settings.fault("layer_types", problem, "write one for each layer")
        return sum(kind not in WINDOWED for kind in kinds)
    if rule == "upper":
        return min(layers, settings.whole("max_window_layers", 28, least=0))
    period = settings.whole("sliding_window_pattern", FULL_PERIOD[rule]) if rule in FULL_PERIOD else layers + 1
    return layers // period
