"""Wrong input on purpose: exit 2, one line for each fault, nothing started."""

import subprocess
import sys

import pytest


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "headway_model_server.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.fixture(scope="module")
def refused() -> subprocess.CompletedProcess[str]:
    return run("--simulate", "--gpu", "h10", "--port", "8000", "--", "tiny", "--port", "8001")


def test_wrong_input_exits_2(refused: subprocess.CompletedProcess[str]) -> None:
    assert refused.returncode == 2


def test_an_unknown_gpu_is_answered_with_the_nearest(refused: subprocess.CompletedProcess[str]) -> None:
    assert "error: --gpu: is 'h10'; did you mean h100?" in refused.stderr.splitlines()


def test_all_faults_are_in_one_answer(refused: subprocess.CompletedProcess[str]) -> None:
    assert sum(line.startswith("error: ") for line in refused.stderr.splitlines()) == 2


@pytest.mark.parametrize("engine", ["vllm", "sglang"])
def test_an_engine_that_is_not_installed_is_named_with_what_to_do(engine: str) -> None:
    model = ("--model-path", "tiny") if engine == "sglang" else ("tiny",)
    said = run("--engine", engine, "--", *model)
    assert said.returncode == 2
    assert f"its Python package '{engine}' is not installed here; run it in the image of {engine}" in said.stderr
