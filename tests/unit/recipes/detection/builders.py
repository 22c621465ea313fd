"""Where the outputs of GPU tools lie."""

from pathlib import Path

GPUS = Path(__file__).parents[3] / "fixtures" / "gpus"


def output(name: str) -> str:
    """What a tool printed."""
    return (GPUS / name).read_text()
