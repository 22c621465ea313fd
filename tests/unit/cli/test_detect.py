"""`headway detect` with tools that print what real ones do, and without any."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from headway.cli import detect as verb
from headway.cli.main import main
from unit.recipes.detection.builders import GPUS

NODES = str(GPUS / "nodes.json")


def run(*arguments: str, path: Path | None = None, stdin: str = "") -> Result:
    environment = {"NO_COLOR": "1"} | ({"PATH": str(path)} if path else {})
    result = CliRunner().invoke(main, ["detect", *arguments], env=environment, input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder that is the whole PATH."""
    return tmp_path


def a_tool(tools: Path, name: str, prints: str, ends_with: int = 0) -> None:
    (tools / f"{name}.out").write_text(prints)
    script = tools / name
    script.write_text(f"#!/bin/sh\n/bin/cat '{tools}/{name}.out'\nexit {ends_with}\n")
    script.chmod(0o755)


def test_a_machine_without_any_tool_says_which_were_looked_for(tools: Path) -> None:
    result = run(path=tools)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "no GPU found: nvidia-smi, amd-smi and rocm-smi are not installed\n"


def test_json_is_an_empty_list_on_a_machine_without_gpus(tools: Path) -> None:
    result = run("--format", "json", path=tools)
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"gpus": []}


def test_the_gpus_of_an_nvidia_machine_are_counted(tools: Path) -> None:
    a_tool(tools, "nvidia-smi", (GPUS / "nvidia-smi-p4d-a100-40.csv").read_text())
    result = run("--format", "json", path=tools)
    assert result.exit_code == 0
    (gpu,) = json.loads(result.stdout)["gpus"]
    assert (gpu["accelerator"], gpu["count"], gpu["memory_mib"]) == ("a100-40", 8, 40960)


def test_a_table_names_the_accelerator_and_what_was_read(tools: Path) -> None:
    a_tool(tools, "nvidia-smi", (GPUS / "nvidia-smi-unknown.csv").read_text())
    result = run(path=tools)
    assert result.exit_code == 0
    assert "NVIDIA H100 PCIe" in result.stdout
    assert "nearest is h100" in " ".join(result.stdout.split())


def test_rocm_smi_is_asked_only_when_amd_smi_names_nothing(tools: Path) -> None:
    a_tool(tools, "amd-smi", (GPUS / "amd-smi-mi300x-list.json").read_text())
    a_tool(tools, "rocm-smi", (GPUS / "rocm-smi-mi300x.json").read_text())
    assert json.loads(run("--format", "json", path=tools).stdout)["gpus"][0]["count"] == 8
    a_tool(tools, "amd-smi", "amd-smi: no driver\n", ends_with=1)
    result = run("--format", "json", path=tools)
    assert json.loads(result.stdout)["gpus"][0]["count"] == 2
    assert "warning: amd-smi: ended with 1: amd-smi: no driver; is the driver loaded?" in result.stderr


def test_a_driver_that_is_not_loaded_is_told_with_its_own_words(tools: Path) -> None:
    a_tool(tools, "nvidia-smi", (GPUS / "nvidia-smi-no-driver.txt").read_text(), ends_with=9)
    result = run(path=tools)
    assert result.exit_code == 1
    assert "warning: nvidia-smi: ended with 9: NVIDIA-SMI has failed" in result.stderr
    assert "no GPU found: nvidia-smi found none; amd-smi and rocm-smi are not installed" in result.stderr


def test_a_tool_that_hangs_is_given_up(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verb, "TIMEOUT_SECONDS", 0.2)
    (tools / "nvidia-smi").write_text("#!/bin/sh\nwhile :; do :; done\n")
    (tools / "nvidia-smi").chmod(0o755)
    result = run(path=tools)
    assert result.exit_code == 1
    assert "nvidia-smi: did not answer in 0.2 s" in result.stderr


def test_the_gpus_of_a_cluster_are_read_from_its_nodes() -> None:
    result = run("--nodes", NODES, "--format", "json")
    counts = {gpu["accelerator"]: (gpu["count"], gpu["nodes"]) for gpu in json.loads(result.stdout)["gpus"]}
    assert counts["l4"] == (5, ["ip-10-0-1-10", "ip-10-0-1-11"])
    assert counts["mi300x"] == (8, ["amd-1"])


def test_nodes_come_from_stdin_too() -> None:
    assert "a100-80" in run("--nodes", "-", stdin=Path(NODES).read_text()).stdout


def test_a_cluster_without_gpus_ends_with_one() -> None:
    result = run("--nodes", "-", stdin='{"items": []}')
    assert result.exit_code == 1
    assert result.stderr == "no GPU found: no node in - has one\n"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, "cannot be read (No such file or directory)"),
        (b"\xff", "is not UTF-8 at byte 0"),
        (b"nodes", "there is no JSON in it"),
        (b'{"items": 1}', "items is 1"),
    ],
)
def test_a_bad_file_of_nodes_ends_with_two_and_a_hint(tmp_path: Path, content: bytes | None, fault: str) -> None:
    file = tmp_path / "nodes.json"
    if content is not None:
        file.write_bytes(content)
    result = run("--nodes", str(file))
    assert (result.exit_code, result.stdout) == (2, "")
    assert fault in result.stderr
    assert "hint: kubectl get nodes -o json" in result.stderr
