"""Which model and which replica stand behind a command line."""

from pathlib import Path
from typing import Any

import pytest

from headway_model_server.simulated import ModelError, SimulationOptions
from headway_model_server.simulated.replica.replica import Replica, plan_replica

DIST = Path(__file__).resolve().parents[4] / "dist"


def plan(*arguments: str, gpu: str = "h200", **over: Any) -> Replica:
    return plan_replica(SimulationOptions(arguments, gpu, **over))


@pytest.mark.parametrize(
    ("served", "card", "weights"),
    [
        ("mistral-7b-awq", "mistralai/Mistral-7B-Instruct-v0.3", "awq"),
        ("llama-3-1-8b", "meta-llama/Llama-3.1-8B-Instruct", "16bit"),
        ("Qwen/Qwen3-0.6B", "Qwen/Qwen3-0.6B", "16bit"),
    ],
)
def test_a_served_name_leads_to_its_card(served: str, card: str, weights: str) -> None:
    replica = plan("s3://b/somewhere", "--served-model-name", served, "--max-model-len", "4096")
    assert (replica.served.card.id, replica.served.precision) == (card, weights)


def test_a_rendered_recipe_decides_the_format_that_no_name_says() -> None:
    recipe = next((DIST / "prod" / "deepseek-r1").glob("ConfigMap.*recipe.yaml"))
    arguments = ("s3://b/x", "--served-model-name", "chat", "-tp", "8", "--max-model-len", "4096")
    replica = plan(*arguments, recipe=recipe)
    assert (replica.served.card.id, replica.served.precision) == ("deepseek-ai/DeepSeek-R1", "fp8")


def test_a_stated_card_wins_over_the_name() -> None:
    assert plan("mistral-7b-awq", model_card="Qwen/Qwen3-8B", weights="16bit").served.card.id == "Qwen/Qwen3-8B"


@pytest.mark.parametrize(
    ("arguments", "over", "says"),
    [
        (("my-model",), {}, "no model of the catalog is called 'my-model'; state one"),
        (("m",), {"model_card": "Qwen/Qwen3-9B"}, "did you mean Qwen/Qwen3-8B"),
        (("llama-3.1-8b",), {"gpu": "t4"}, r"take 18\.\d of 13\.4 GiB"),
        (("mistral-7b-awq",), {"gpu": "l5"}, "no accelerator 'l5'"),
        (("mistral-7b-awq",), {"weights": "mxfp4"}, "no known size in mxfp4"),
    ],
)
def test_what_cannot_be_simulated_is_refused_with_what_would_be_right(
    arguments: tuple[str, ...], over: dict[str, str], says: str
) -> None:
    with pytest.raises(ModelError, match=says):
        plan(*arguments, **over)


def test_a_file_that_is_no_recipe_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "recipe.yaml"
    file.write_text("chosen: {}\n")
    with pytest.raises(ModelError, match="names no model"):
        plan("m", recipe=file)


def test_a_speed_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        SimulationOptions(("m",), "l4", speed=0.0)
