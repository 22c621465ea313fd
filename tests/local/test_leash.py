"""Nothing that a process of a run has started outlives it, nor the run."""

import signal
import subprocess
import sys
from pathlib import Path

import anyio
import psutil
import pytest

from headway.local.process import Process, start
from local_run import until

BOUND_SECONDS = 20
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
LAUNCHER = f"""
import pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
engine = subprocess.Popen([sys.executable, "-c", {STUBBORN!r}], start_new_session=True)
pathlib.Path(sys.argv[1]).write_text(f"{{engine.pid}} ")
time.sleep(600)
"""
"""A launcher like a model server's: its engine has a session of its own, and neither minds SIGTERM."""
RUN = f"""
import anyio, pathlib, sys
from headway.local.process import start
async def main():
    await start("launcher", (sys.executable, "-c", {LAUNCHER!r}, sys.argv[1]), pathlib.Path(sys.argv[2]))
    await anyio.sleep_forever()
anyio.run(main)
"""


def engine(note: Path) -> psutil.Process:
    """The launcher's engine, once it is there."""
    until(lambda: note.exists() and note.read_text().endswith(" "), "the engine", BOUND_SECONDS)
    return psutil.Process(int(note.read_text()))


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


async def launched(folder: Path) -> tuple[Process, psutil.Process]:
    """A launcher and its engine."""
    command = (sys.executable, "-c", LAUNCHER, str(folder / "engine"))
    process = await start("launcher", command, folder / "launcher.log")
    return process, await anyio.to_thread.run_sync(engine, folder / "engine")


def test_what_does_not_end_in_its_grace_goes_with_all_it_has_started(tmp_path: Path) -> None:
    async def story() -> None:
        process, started = await launched(tmp_path)
        await process.stop(0.2)
        assert gone(started)

    anyio.run(story)


def test_a_process_that_is_killed_takes_along_what_it_has_started(tmp_path: Path) -> None:
    async def story() -> None:
        process, started = await launched(tmp_path)
        process.signal(signal.SIGKILL)
        assert await process.ended() == -signal.SIGKILL
        assert gone(started)

    anyio.run(story)


def test_a_run_that_is_killed_takes_along_what_its_processes_have_started(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RUN, str(tmp_path / "engine"), str(tmp_path / "launcher.log")]
    run = subprocess.Popen(command)
    started = engine(tmp_path / "engine")
    run.kill()
    run.wait(BOUND_SECONDS)
    until(lambda: gone(started), "the engine's end", BOUND_SECONDS)


@pytest.mark.parametrize(("code", "seen"), [("sys.exit(7)", 7), ("os.abort()", -signal.SIGABRT)])
def test_it_ends_as_its_command_did(tmp_path: Path, code: str, seen: int) -> None:
    async def story() -> int:
        command = (sys.executable, "-c", f"import os, sys; {code}")
        return await (await start("command", command, tmp_path / "log")).ended()

    assert anyio.run(story) == seen


def test_a_command_that_is_not_there_is_named_in_its_log(tmp_path: Path) -> None:
    async def story() -> None:
        process = await start("command", (str(tmp_path / "none"),), tmp_path / "log")
        assert await process.ended() == 127
        assert process.last_lines() == f"{tmp_path}/none: No such file or directory"

    anyio.run(story)
