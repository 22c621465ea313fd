"""How long somebody who starts a run waits for its first streamed answer."""

import time
from collections.abc import Callable

from headway.local.samples import Samples

TTFT = "headway_gateway_ttft_seconds_bucket"
"""The gateway counts an answer here once it has gone out whole."""


class FirstAnswer:
    """Looks for the first answer in the gateway's metrics."""

    def __init__(self, began: float, say: Callable[[str], None]) -> None:
        """`began` is the Unix time from which seconds count."""
        self._began, self._say = began, say
        self.seconds: float | None = None
        """Real seconds until the first streamed answer was whole, as the first scrape after it saw; `None` before."""

    def look(self, samples: Samples) -> None:
        """Looks at the last scrape."""
        if self.seconds is None and any(count for _, count in samples.seen(TTFT)):
            self.seconds = time.time() - self._began
            self._say(f"first streamed answer {self.seconds:.1f} s after the start")
