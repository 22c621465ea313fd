"""A process that is kept alive, with real processes and real probes."""

import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import pytest

from headway.local.audit import Audit
from headway.local.clock import Clock
from headway.local.faults import CannotRun
from headway.local.kept import Keep, Kept
from headway.local.nodes import Nodes
from headway.local.options import Options
from headway.local.ports import claim
from headway.local.probes import Probe, Probes
from headway.local.run_folder import RunFolder
from headway.local.samples import Samples
from headway.local.upstreams import Upstreams
from headway.local.watch import Watch
from headway.local.world import World

SPEED = 50.0
ASKED = Probe("/", period_seconds=1, timeout_seconds=1, failure_threshold=2)
PROBES = Probes(Probe("/", period_seconds=10), ASKED, ASKED)
SERVES_UNLESS_BROKEN = """
import http.server, pathlib, sys
port, broken = int(sys.argv[1]), pathlib.Path(sys.argv[2])
if broken.exists():
    broken.write_text(broken.read_text() + "tried ")
    sys.exit("out of order")
http.server.test(http.server.SimpleHTTPRequestHandler, http.server.ThreadingHTTPServer, port=port, bind="127.0.0.1")
"""
BOUND_SECONDS = 30


class Server:
    """A small server that is kept, and the file that keeps it from starting."""

    def __init__(self, folder: Path, tasks: anyio.abc.TaskGroup) -> None:
        self.broken = folder / "broken"
        port = claim("127.0.0.1", None)
        self.url = f"http://127.0.0.1:{port}"
        clock, run = Clock(SPEED), RunFolder.make(folder, "test")
        world = World(
            Options(), clock, run, Samples(), Nodes(clock, tasks), Upstreams(run, []), Audit(run),
            Watch(clock.real), Path(sys.executable).parent,
        )  # fmt: skip
        command = (sys.executable, "-c", SERVES_UNLESS_BROKEN, str(port), str(self.broken))
        self.kept = Kept(world, Keep("server", command, self.url, PROBES, grace_seconds=SPEED))

    async def answers_as_another_than(self, pid: int) -> None:
        """Waits until a process started since then answers."""
        with anyio.fail_after(BOUND_SECONDS):
            while self.kept.process.pid == pid or not await ASKED.succeeds(self.url):
                await anyio.sleep(0.05)


def play(folder: Path, story: Callable[[Server, anyio.abc.TaskGroup], Awaitable[None]]) -> None:
    async def told() -> None:
        async with anyio.create_task_group() as tasks:
            server = Server(folder, tasks)
            try:
                await story(server, tasks)
            finally:
                tasks.cancel_scope.cancel()
                await server.kept.stop(0)

    anyio.run(told)


def test_a_first_start_that_fails_is_told_with_the_last_lines(tmp_path: Path) -> None:
    async def story(server: Server, _: anyio.abc.TaskGroup) -> None:
        server.broken.write_text("")
        with pytest.raises(CannotRun, match="server does not start:\nout of order"):
            await server.kept.start()

    play(tmp_path, story)


def test_a_later_start_that_fails_is_tried_again_until_it_succeeds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def story(server: Server, tasks: anyio.abc.TaskGroup) -> None:
        await server.kept.start()
        tasks.start_soon(server.kept.keep)
        pid = server.kept.process.pid
        server.broken.write_text("")
        server.kept.process.signal(signal.SIGKILL)
        with anyio.fail_after(BOUND_SECONDS):
            while server.broken.read_text().count("tried") < 2:
                await anyio.sleep(0.05)
        server.broken.unlink()
        await server.answers_as_another_than(pid)

    play(tmp_path, story)
    said = capsys.readouterr().err
    assert "server ended with exit code -9 and is started again after 10 s of the cluster" in said
    assert "server does not start (its log is" in said
    assert "is started again after 40 s of the cluster (CrashLoopBackOff)" in said


def test_a_process_that_hangs_is_ended_and_started_again(tmp_path: Path) -> None:
    async def story(server: Server, tasks: anyio.abc.TaskGroup) -> None:
        await server.kept.start()
        tasks.start_soon(server.kept.keep)
        pid = server.kept.process.pid
        server.kept.process.signal(signal.SIGSTOP)
        await server.answers_as_another_than(pid)

    play(tmp_path, story)
