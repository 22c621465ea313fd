"""Real vLLM on the CPU, under the launcher, with the tiny model of `tools/vllm-cpu`. One at a time: 2.9 GB each."""

from pathlib import Path
from typing import Self

import pytest

from model_servers.launched import Launched, free_port

HOME = Path(__file__).parents[2] / ".cache/vllm-cpu"
MODEL = "tiny"
READY_SECONDS = 600.0
"""Half a minute on an idle machine with two cores; three were seen beside other work."""
ARGUMENTS = ("--served-model-name", MODEL, "--max-model-len", "1024", "--max-num-seqs", "8", "--enforce-eager")
ENVIRONMENT = {
    "VLLM_TARGET_DEVICE": "cpu",
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "HF_HUB_OFFLINE": "1",
}


def why_not_built() -> str | None:
    """What is missing, or `None`."""
    whole = (HOME / "environment.key").exists() and (HOME / "model/model.safetensors").exists()
    return None if whole else "real vLLM is not built: make vllm-cpu builds it (5.9 GB)"


class RealVllm(Launched):
    """On entry it starts, waits until it is ready, and skips the test where it is not built."""

    def __init__(self, *engine_arguments: str) -> None:
        port = free_port()
        program = str(HOME / "bin/headway-model-server")
        arguments = (str(HOME / "model"), *ARGUMENTS, *(engine_arguments or ("--shutdown-timeout", "30")))
        super().__init__([program, "--port", str(port), "--", *arguments], port, ENVIRONMENT)

    def __enter__(self) -> Self:
        if reason := why_not_built():
            pytest.skip(reason)
        super().__enter__()
        self.ready_within(READY_SECONDS)
        return self
