"""SIGTERM and SIGINT: the first asks for a drain, the second ends it."""

import asyncio
import signal


class StopSignals:
    """Events for the first and the second signal."""

    def __init__(self) -> None:
        self.first = asyncio.Event()
        """Set by the first one."""
        self.second = asyncio.Event()
        """Set by the second one."""

    def install(self) -> None:
        """Takes both signals over in the running loop."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._take)

    def _take(self) -> None:
        (self.second if self.first.is_set() else self.first).set()
