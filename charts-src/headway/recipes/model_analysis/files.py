"""Which files of a folder hold weights that can be read, and why others cannot."""

from collections.abc import Collection
from dataclasses import dataclass

from headway.recipes.model_analysis.faults import ModelFault

PICKLE = (".bin", ".pt", ".pth", ".pkl", ".ckpt")
NO_WEIGHTS = {"training_args.bin", "optimizer.bin", "scheduler.bin", "optimizer.pt", "scheduler.pt", "rng_state.pth"}
"""Pickles that a training run leaves beside the weights."""
INDEX = ".safetensors.index.json"


@dataclass(frozen=True)
class WeightFiles:
    """What to open in a folder."""

    indexes: tuple[str, ...]
    """Indexes that name the shards; without one `shards` are all there are."""
    shards: tuple[str, ...]
    faults: tuple[ModelFault, ...]
    """Why the folder's weights cannot be served; empty when they can, or when there are none."""


def weight_files(names: Collection[str]) -> WeightFiles:
    """The weights among a folder's file names.

    A folder with safetensors may hold other formats too; vLLM takes the safetensors. `consolidated*` is a second
    copy in Mistral's own format, and `adapter_model` a LoRA.
    """
    safetensors = sorted(name for name in names if name.endswith(".safetensors"))
    if safetensors or any(name.endswith(INDEX) for name in names):
        indexes = sorted(name for name in names if name.endswith(INDEX) and not name.startswith("consolidated"))
        own = [name for name in safetensors if not name.startswith(("consolidated", "adapter_model"))]
        whole = ["model.safetensors"] if "model.safetensors" in own else own or safetensors
        return WeightFiles(tuple(indexes), tuple(whole), ())
    refused = [refusal(name) for name in sorted(names) if name not in NO_WEIGHTS]
    return WeightFiles((), (), tuple(fault for fault in refused if fault is not None))


def refusal(name: str) -> ModelFault | None:
    """Why weights in this file are refused, `None` for a file of another kind."""
    if name.endswith(".gguf"):
        return ModelFault(name, "is GGUF, and vLLM's core does not load GGUF", "take the safetensors checkpoint")
    if name.endswith(PICKLE):
        problem = "is a pickle, and loading one executes the code in it"
        return ModelFault(name, problem, "take the safetensors checkpoint, or convert it in a sandbox")
    return None
