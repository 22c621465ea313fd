"""Which model card stands behind what is served, and in which format its weights are.

The manifests name a place in a bucket and a served name, not a model. So the card is, in this order: what is stated, what
the rendered recipe says, or the card that has every word of the served name that any card has ("mistral-7b-awq" is a
Mistral of 7B; of several, the one with the fewest words more, and of these the newest).
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast, get_args

import yaml

from headway.catalog import Catalog
from headway.domain.fault import did_you_mean
from headway.domain.model_card import ModelCard, Precision
from headway_model_server.simulated.errors import ModelError
from headway_model_server.simulated.options import SimulationOptions
from headway_model_server.simulated.replica.arguments import EngineSettings

PRECISIONS: tuple[Precision, ...] = get_args(Precision)
NATIVE: tuple[Precision, ...] = ("fp8", "mxfp4")
"""Formats that some models are published in and that are not 16 bit."""


def find_model(options: SimulationOptions, settings: EngineSettings, catalog: Catalog) -> tuple[ModelCard, Precision]:
    """The card and the format of the weights. Raises `ModelError` naming what would be right."""
    recipe = read_recipe(options.recipe) if options.recipe else {}
    stated = options.model_card or recipe.get("model")
    card = _stated(stated, catalog) if stated else _by_name((*settings.served_names, settings.model), catalog)
    weights = options.weights or recipe.get("chosen", {}).get("weights") or _precision(settings, card)
    if weights not in card.weight_bytes:
        known = ", ".join(sorted(card.weight_bytes))
        raise ModelError(f"{card.id} has no known size in {weights}; known are {known} (--weights)")
    return card, cast(Precision, weights)


def read_recipe(path: Path) -> dict[str, Any]:
    """A `recipe.yaml`, also from inside its ConfigMap. Raises `ModelError` for anything else."""
    try:
        document = yaml.safe_load(path.read_text())
        if isinstance(document, dict) and document.get("kind") == "ConfigMap":
            document = yaml.safe_load(document["data"]["recipe.yaml"])
        if isinstance(document, dict) and isinstance(document.get("model"), str):
            return document
    except (OSError, KeyError, yaml.YAMLError) as error:
        raise ModelError(f"{path}: cannot be read as a recipe: {error}") from error
    raise ModelError(f"{path}: names no model; a rendered recipe.yaml does")


def _stated(name: str, catalog: Catalog) -> ModelCard:
    if name not in catalog.models:
        raise ModelError(f"{name!r} is not in the catalog; {did_you_mean(name, catalog.models)}")
    return catalog.models[name]


def _by_name(names: Iterable[str], catalog: Catalog) -> ModelCard:
    names = tuple(names)
    for name in names:
        if name in catalog.models:
            return catalog.models[name]
    cards = [(_words(card.id.rpartition("/")[2]), card) for card in catalog.models.values()]
    every = {word for words, _ in cards for word in words}
    for name in names:
        wanted = _words(name.rstrip("/").rpartition("/")[2]) & every
        fitting = [(len(words - wanted), card) for words, card in cards if len(wanted) > 1 and wanted <= words]
        if fitting:
            fewest = min(more for more, _ in fitting)
            return max((card for more, card in fitting if more == fewest), key=lambda card: card.id)
    raise ModelError(
        f"no model of the catalog is called {names[0]!r}; state one (--model-card or HEADWAY_MODEL_CARD),"
        " or the rendered recipe (--recipe)"
    )


def _words(name: str) -> set[str]:
    """`Mistral-7B-Instruct-v0.3` → mistral, 7b, instruct, v0.3; a dash between digits of a Kubernetes name is a dot."""
    name = re.sub(r"(?<=-)(\d)-(\d)(?=-)", r"\1.\2", name.lower())
    return set(re.split(r"[-_:@]+", name)) - {""}


def _precision(settings: EngineSettings, card: ModelCard) -> str:
    words = [settings.quantization or "", *_words(settings.served_names[0]), *_words(settings.model)]
    for precision in PRECISIONS:
        if any(precision in word for word in words):
            return precision
    return next((precision for precision in NATIVE if precision in card.native_dtype.lower()), "16bit")
