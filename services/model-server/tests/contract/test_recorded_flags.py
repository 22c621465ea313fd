"""The simulated engine takes every long flag that vLLM 0.32.0 listed, so that no manifest fails only here."""

import json
from pathlib import Path

import pytest

from headway.catalog import load_catalog
from headway_model_server.simulated import ArgumentError
from headway_model_server.simulated.replica.arguments import read_arguments


def test_every_recorded_long_flag_is_known(samples: Path) -> None:
    catalog = load_catalog()
    unknown = []
    for recorded in json.loads((samples / "cli-flags.json").read_text()):
        for flag in recorded["flags"]:
            if not flag.startswith("--") or flag == "--help":
                continue
            values = [] if recorded["nargs"] == 0 else [str((recorded["choices"] or ["1"])[0])]
            try:
                read_arguments(("model", flag, *values), catalog)
            except ArgumentError as error:
                if "unrecognized" in str(error):
                    unknown.append(flag)
    assert unknown == []


def test_a_flag_that_was_never_there_is_refused_in_the_words_of_the_parser() -> None:
    with pytest.raises(ArgumentError, match="vllm serve: error: unrecognized arguments: --max-model-length"):
        read_arguments(("model", "--max-model-length", "4096"), load_catalog())
