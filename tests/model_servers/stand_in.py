"""The launcher with a stand-in for the engine."""

import sys
from pathlib import Path
from typing import Self

from model_servers.launched import Launched, free_port

PROGRAM = Path(__file__).with_name("engine_stand_in.py")
READY_SECONDS = 20.0


class StandIn(Launched):
    """Options are those of `engine_stand_in.py`. On entry it waits until it is ready, unless told not to."""

    def __init__(self, *options: str, drain_seconds: float = 10, wait: bool = True) -> None:
        port = free_port()
        super().__init__([sys.executable, str(PROGRAM), "run", str(port), str(drain_seconds), *options], port)
        self._wait = wait

    def __enter__(self) -> Self:
        super().__enter__()
        if self._wait:
            self.ready_within(READY_SECONDS)
        return self
