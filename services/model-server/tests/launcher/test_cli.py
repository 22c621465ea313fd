"""Wrong input on purpose: exit 2, one line for each fault, nothing started."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest


def run(*arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "headway_model_server.cli", *arguments],
        env={**os.environ, **(environment or {})},
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


def test_a_simulated_engine_at_a_port_that_is_taken_is_refused_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = run("--simulate", "--gpu", "l4", "--port", port, "--", "llama-3.1-8b")
    assert said.returncode == 2
    assert said.stderr.splitlines() == [*refusal_of(port), "", "hint: headway-model-server --help"]


def test_a_real_engine_at_a_port_that_is_taken_is_not_started(tmp_path: Path) -> None:
    (tmp_path / "vllm.py").write_text('raise SystemExit("was started")\n')
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = run("--port", port, "--", "tiny", environment={"PYTHONPATH": str(tmp_path)})
    assert said.returncode == 2
    assert said.stderr.splitlines() == [*refusal_of(port), "", "hint: headway-model-server --help"]


def test_an_address_of_another_machine_is_refused_in_one_line() -> None:
    said = run("--simulate", "--gpu", "l4", "--host", "192.0.2.1", "--port", "8000", "--", "llama-3.1-8b")
    assert said.returncode == 2
    assert "error: --host: nothing can listen at 192.0.2.1, port 8000: Cannot assign" in said.stderr


def refusal_of(port: str) -> list[str]:
    problem = f"nothing can listen at 127.0.0.1, port {port}: Address already in use"
    return [f"error: --port: {problem}; end what listens there, or state another port"]
