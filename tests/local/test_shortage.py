"""What a run says where this machine lacks something: disk, programs, a library."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from headway.cli import main
from headway.local import RunFolder
from local_run import HEADWAY, UP, LocalRun

DISK_MIB = 260
"""Above the floor under which a run does not start."""


def on_a_disk_of(mebibytes: int, folder: Path, *command: str) -> list[str]:
    """A command that sees a small disk at a folder."""
    mounted = 'mount -t tmpfs -o size="$1"m tmpfs "$2" && shift 2 && exec "$@"'
    return ["unshare", "-rm", "sh", "-c", mounted, "sh", str(mebibytes), str(folder), *command]


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """Where a small disk may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    tried = subprocess.run(on_a_disk_of(1, folder, "true"), capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"no small disk can be mounted here: {tried.stderr.strip()}")
    return folder


def up(runs: Path) -> tuple[int, str]:
    """`headway up` in this process; its exit code and what it says."""
    ended = CliRunner().invoke(main, ["up", "--runs", str(runs)])
    return ended.exit_code, ended.stderr


def test_a_disk_that_is_nearly_full_is_refused_before_anything_starts(disk: Path) -> None:
    command = on_a_disk_of(8, disk, HEADWAY, "up", "--runs", str(disk))
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: the disk of {disk}/dev-")
    assert done.stderr.endswith(" is nearly full\n\nhint: free 200 MiB, or give another place with --runs\n")


def test_a_disk_that_fills_up_is_told_to_pages_and_ends_the_run_with_one_line_and_the_remedy(disk: Path) -> None:
    run = LocalRun(disk, "--speed", "60", program=(*on_a_disk_of(DISK_MIB, disk), *UP))
    run.runs = Path(f"/proc/{run.process.pid}/root{disk}")  # the mount is the run's own
    try:
        run.ready()
        family = run.children()
        fill(run.runs / "film.mp4")
        status, answer = run.steer("mode", mode="survey")
        assert status == 503
        assert "No space left on device; free some space on this disk" in answer["error"]
        run.ask()
        assert run.process.wait(60) == 2
    finally:
        if run.process.poll() is None:
            run.kill()
    said = run.log.read_text()
    assert said.count("error: ") == 1
    assert "No space left on device" in said.split("error: ")[1]
    assert "hint: free some space" in said
    assert "Traceback" not in said
    assert not psutil.wait_procs(family, timeout=10)[1]


def fill(file: Path) -> None:
    """Takes what is left of a disk."""
    left = os.statvfs(file.parent)
    with file.open("wb") as film:
        os.posix_fallocate(film.fileno(), 0, left.f_bavail * left.f_frsize)


@pytest.mark.parametrize("missing", ["headway-gateway", "headway-model-server"])
def test_a_program_that_is_missing_is_named_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in {"headway-gateway", "headway-model-server"} - {missing}:
        (programs / name).symlink_to(Path(HEADWAY).with_name(name))
    monkeypatch.setattr(sys, "executable", str(programs / "python"))
    said = f"error: {missing} is not installed beside headway\n\nhint: make setup installs every program of the repository\n"
    assert up(tmp_path / "runs") == (2, said)


@pytest.mark.parametrize("missing", ["moto", "flask"])
def test_the_s3_server_that_is_missing_is_named_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    code, said = up(tmp_path)
    assert code == 2
    assert said.startswith("error: moto's S3 server is not installed\n\nhint: make setup installs it")


def test_why_says_the_last_event_that_a_full_disk_let_through_whole(tmp_path: Path) -> None:
    folder = RunFolder.make(tmp_path, "dev")
    folder.reach()
    event = {"t": 3.0, "deployment": "m", "explanation": "m went from 0 to 1"}
    folder.audit.write_text(json.dumps(event) + "\n" + json.dumps(event)[:20])
    said = CliRunner().invoke(main, ["why", "--runs", str(tmp_path)])
    assert (said.exit_code, said.stdout) == (0, "3 s of the cluster after the start: m went from 0 to 1\n")
