"""The README is true: its commands run in its order and print what it shows."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from model_servers import Launched
from newcomer import Newcomer, Readme, Shown

README = Readme((Path(__file__).parents[2] / "README.md").read_text())
NOT_HERE = {
    "make setup": "made the environment that runs this",
    "VLLM_TARGET_DEVICE=cpu": "real vLLM, 5.9 GB: `make e2e-vllm` runs it",
    "docker build": "adds to an image of several gigabytes",
}
"""Commands that this test leaves out by their first words, and why."""
SERVES, WRONG, ASKS = "--gpu l4", "--gpu h10", "curl"


def run_here() -> list[Shown]:
    return [shown for shown in README.shown() if not shown.command.startswith(tuple(NOT_HERE))]


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Newcomer]:
    ports = ("8000", "8001")
    with Newcomer(tmp_path, ports, {SERVES: "http://127.0.0.1:8000/health"}) as made:
        yield made


def test_every_command_is_run_here_or_left_out_by_name() -> None:
    assert len(run_here()) + len(NOT_HERE) == len(README.shown())


@pytest.mark.skipif(shutil.which(ASKS) is None, reason="the README asks with curl, which is not here")
def test_a_newcomer_gets_an_answer_by_the_readme_alone(newcomer: Newcomer) -> None:
    [serves, asks] = [shown.command for shown in run_here() if WRONG not in shown.command]
    newcomer.serve(serves)
    answer = json.loads(newcomer.type(asks))
    assert (answer["object"], answer["model"], answer["usage"]["completion_tokens"]) == (
        "text_completion",
        "llama-3.1-8b",
        8,
    )


def test_wrong_settings_are_told_as_the_readme_shows(newcomer: Newcomer) -> None:
    [wrong] = [shown for shown in run_here() if WRONG in shown.command]
    assert newcomer.type(wrong.command, code=2).strip() == newcomer.here(wrong.output)
    assert wrong.output.count("error: ") == 3


def test_the_example_of_other_suites_names_what_there_is() -> None:
    """Its first line alone is run: the rest starts real vLLM."""
    [example] = README.blocks("python")
    statement, _, rest = example.partition("\n")
    names: dict[str, type] = {}
    exec(statement, names)  # noqa: S102  the README's own example
    assert issubclass(names["RealVllm"], Launched)
    assert "with RealVllm() as server:" in rest
