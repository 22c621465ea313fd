"""The launcher with a simulated engine, which has the names and limits of the real one in `real_vllm`."""

import sys
from pathlib import Path
from typing import Self

from model_servers.launched import Launched, free_port
from model_servers.real_vllm import ARGUMENTS

PROGRAM = Path(sys.executable).with_name("headway-model-server")
MODEL_CARD = ("--model-card", "meta-llama/Llama-3.2-1B-Instruct", "--weights", "16bit")
READY_SECONDS = 60.0


class SimulatedVllm(Launched):
    """`options` are the launcher's, behind which `engine_arguments` come. On entry it waits until it is ready,
    unless told not to."""

    def __init__(self, *engine_arguments: str, options: tuple[str, ...] = (), wait: bool = True) -> None:
        port = free_port()
        simulated = ("--simulate", "--gpu", "l4", *MODEL_CARD, *options, "--port", str(port))
        arguments = ("tiny", *ARGUMENTS, *(engine_arguments or ("--shutdown-timeout", "30")))
        super().__init__([str(PROGRAM), *simulated, "--", *arguments], port)
        self._wait = wait

    def __enter__(self) -> Self:
        super().__enter__()
        if self._wait:
            self.ready_within(READY_SECONDS)
        return self
