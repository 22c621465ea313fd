"""Log lines in vLLM's words for what a launcher or a person waits for."""

import sys
from datetime import datetime


def line(text: str) -> str:
    """One line, stamped as vLLM stamps it."""
    return f"INFO {datetime.now():%m-%d %H:%M:%S} [simulated.py:1] {text}"


def say(text: str) -> None:
    """One line, on standard error."""
    print(line(text), file=sys.stderr, flush=True)
