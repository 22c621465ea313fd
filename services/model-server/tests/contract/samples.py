"""Where recorded answers of vLLM lie."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[4]
SAMPLES = "samples/vllm-0.32.0"


def samples_folder() -> Path:
    """`HEADWAY_SAMPLES`, or `shared` beside or in the repository; skips the test where there is none."""
    stated = os.environ.get("HEADWAY_SAMPLES")
    places = [Path(stated)] if stated else [REPOSITORY.parent / "shared" / SAMPLES, REPOSITORY / "shared" / SAMPLES]
    for place in places:
        if place.is_dir():
            return place
    pytest.skip(f"no recorded answers: state HEADWAY_SAMPLES (looked in {', '.join(map(str, places))})")
