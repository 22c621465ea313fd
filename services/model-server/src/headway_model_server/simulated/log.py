"""Log lines in vLLM's words for what a launcher or a person waits for; on standard error, as vLLM's are."""

import sys
from datetime import datetime


def say(text: str) -> None:
    """One line."""
    now = datetime.now()
    print(f"INFO {now:%m-%d %H:%M:%S} [simulated.py:1] {text}", file=sys.stderr, flush=True)
