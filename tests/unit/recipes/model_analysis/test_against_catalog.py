"""Every model of the catalog whose architecture is counted: the analysis of its config gives the catalog's row."""

from typing import Any

import pytest

from headway.catalog import Catalog
from headway.recipes.model_analysis import analyse
from unit.recipes.model_analysis.builders import MODELS, published

IDS = sorted(path.stem.replace("--", "/", 1) for path in MODELS.glob("*.json"))
DEEPSEEK = ("deepseek-ai/DeepSeek-V3", "deepseek-ai/DeepSeek-R1")
TALK = {"notes", "source", "as_of", "licence", "licence_source"}
KNOWN_DIFFERENCES = {
    # The catalog leaves the context open because sources disagree; the config says one of the two.
    "google/gemma-3-1b-it": {"context_tokens"},
    # The config has a window of 2047, half the context, which the catalog's source does not mention.
    "microsoft/Phi-3-mini-4k-instruct": {"sliding_window_tokens"},
    # The catalog gives the experts' width, a mixture has no dense layer.
    "openai/gpt-oss-20b": {"intermediate_size"},
    "openai/gpt-oss-120b": {"intermediate_size"},
}


def card(model_id: str) -> dict[str, Any]:
    return analyse(published(model_id)).card(model_id, "test", "2026-01-01").model_dump()


def test_every_model_of_the_catalog_but_the_hybrid_ones_has_a_fixture(catalog: Catalog) -> None:
    assert set(catalog.models) - set(IDS) == {"Qwen/Qwen3.5-27B", "Qwen/Qwen3.5-35B-A3B"}


@pytest.mark.parametrize("model_id", IDS)
def test_parameters_are_those_of_the_catalog(model_id: str, catalog: Catalog) -> None:
    known = catalog.models[model_id]
    found = card(model_id)
    assert (found["parameters"], found["active_parameters"]) == (known.parameters, known.active_parameters)


@pytest.mark.parametrize("model_id", [name for name in IDS if name not in DEEPSEEK])
def test_bytes_by_precision_are_those_of_the_catalog(model_id: str, catalog: Catalog) -> None:
    assert card(model_id)["weight_bytes"] == catalog.models[model_id].weight_bytes


@pytest.mark.parametrize("model_id", DEEPSEEK)
def test_block_scales_at_the_edge_of_a_matrix_count_whole(model_id: str, catalog: Catalog) -> None:
    """The latent projection has 576 rows: 5 blocks of 128, where the catalog's figure has 4.5."""
    found, known = card(model_id)["weight_bytes"], catalog.models[model_id].weight_bytes
    missing = 61 * (5 * 56 - 576 * 7168 // 128**2) * 4
    assert found == known | {"fp8": known["fp8"] + missing, "int8": known["int8"] + missing}


@pytest.mark.parametrize("model_id", IDS)
def test_the_shape_is_that_of_the_catalog(model_id: str, catalog: Catalog) -> None:
    known = catalog.models[model_id].model_dump()
    differing = {key for key, value in card(model_id).items() if value != known[key]} - TALK - {"weight_bytes"}
    assert differing == KNOWN_DIFFERENCES.get(model_id, set())
