"""What a model server loads, recognised in the catalog: model card, weight format, context."""

import re
from dataclasses import dataclass

from headway.catalog import Catalog
from headway.domain.model_card import ModelCard, Precision
from headway.policies.model_server import ModelServer

_FORMATS: tuple[tuple[str, Precision], ...] = (
    ("awq", "awq"), ("gptq", "gptq"), ("fp8", "fp8"), ("int8", "int8"), ("w8a8", "int8"), ("w4a16", "awq"),
    ("mxfp4", "mxfp4"),
)  # fmt: skip
_UNKNOWN_FORMATS = (
    "bnb",
    "bitsandbytes",
    "gguf",
    "4bit",
    "8bit",
    "int4",
    "nf4",
    "nvfp4",
    "exl2",
    "compressed",
    "quant",
)


@dataclass(frozen=True)
class ServedModel:
    """A model as a server loads it."""

    card: ModelCard
    precision: Precision
    context_tokens: int
    """Longest sequence: the flag, else what the model was made for."""
    context_is_stated: bool


def served_model(server: ModelServer, catalog: Catalog) -> ServedModel | None:
    """The model, or `None` where the catalog does not know it or its format is not clear."""
    name = server.model
    card = _card(name, catalog) if name else None
    if name is None or card is None:
        return None
    precision = _precision(server, name, card)
    stated = server.whole_number("max-model-len", "context-length")
    context = stated or card.context_tokens
    if precision is None or context is None or precision not in card.weight_bytes:
        return None
    return ServedModel(card, precision, context, stated is not None)


def _card(name: str, catalog: Catalog) -> ModelCard | None:
    wanted = _plain(name)
    exact = [card for card in catalog.models.values() if card.id.lower() == name.lower()]
    alike = [card for card in catalog.models.values() if _plain(card.id) == wanted]
    return next(iter(exact or alike), None)


def _plain(name: str) -> str:
    """A model's name without owner, spelling and format: `TheBloke/Mistral-7B-Instruct-v0.2-AWQ` → `mistral7binstructv02`."""
    last = name.rstrip("/").rpartition("/")[2].lower().removeprefix("meta-")
    for suffix in ("-awq-int4", "-gptq-int4", "-awq", "-gptq", "-fp8-dynamic", "-fp8", "-int8", "-hf"):
        last = last.removesuffix(suffix)
    return re.sub(r"[^a-z0-9]", "", last)


def _precision(server: ModelServer, name: str, card: ModelCard) -> Precision | None:
    stated = (server.flags.get("quantization") or "").lower()
    text = stated or name.lower()
    if any(word in text for word in _UNKNOWN_FORMATS):
        return None
    for word, precision in _FORMATS:
        if word in text:
            return precision
    if stated:
        return None
    return (
        "mxfp4" if card.native_dtype == "mxfp4" else "16bit" if card.native_dtype in ("bfloat16", "float16") else None
    )
