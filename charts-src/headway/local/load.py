"""k6 beside the run: a profile through the gateway, its progress from the gateway's counters, its summary from k6."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import anyio
from anyio.abc import TaskGroup

from headway.local.faults import CannotRun
from headway.local.load_result import LoadResult
from headway.local.process import Process, start
from headway.local.show import Show
from headway.local.world import World

Profile = Literal["tube-demo", "spike", "soak"]
PROFILES: tuple[Profile, ...] = get_args(Profile)
SHOW: Profile = "tube-demo"
"""The documents' show, whose minutes are those of the show's clock."""
SUMMARY = "k6-summary.json"
STAGES = "profiles.json"
"""Beside the script: by profile, the requests a second that each stage ends with, and its minutes."""
STOP_SECONDS = 5.0


@dataclass(frozen=True)
class Target:
    """Where the load goes."""

    url: str
    key: str
    model: str


class Load:
    """One k6 at a time, whoever asks."""

    def __init__(self, world: World, target: Target, show: Show, tasks: TaskGroup) -> None:
        self._world, self._target, self._show, self._tasks = world, target, show, tasks
        self._changing = anyio.Lock()
        self._process: Process | None = None
        self._over = anyio.Event()
        self._stopping = False
        self.profile: Profile | None = None
        self.result: LoadResult | None = None
        """Of the last profile, once it has ended."""
        self._began = self._seconds = 0.0

    @property
    def model(self) -> str:
        """Which model it asks."""
        return self._target.model

    @property
    def running(self) -> bool:
        """Whether k6 is at work."""
        return self._process is not None and self._process.running

    def check(self) -> None:
        """Looks for k6 and what it plays. Raises `CannotRun`."""
        k6(self._world.programs)
        played_seconds(self._world.options.load_script, SHOW, 1)

    async def begin(self, profile: Profile, speed: float) -> None:
        """Starts a profile, its minutes passing `speed` times as fast; one that plays is stopped. Raises `CannotRun`."""
        async with self._changing:
            await self._stop()
            script = self._world.options.load_script
            seconds = played_seconds(script, profile, speed)
            command = (k6(self._world.programs), "run", "--quiet", "--no-usage-report", str(script.resolve()))
            self._summary.unlink(missing_ok=True)
            log = self._world.folder.log(f"k6-{profile}")
            log.unlink(missing_ok=True)
            self._process = process = await start("k6", command, log, self._environment(profile, speed))
            self.profile, self.result = profile, None
            self._began, self._seconds = self._world.clock.real(), seconds
            self._over, self._stopping = anyio.Event(), False
            self._tasks.start_soon(self._follow, process, profile, self._over)
            if profile == SHOW:
                self._show.restart()
            self._world.watch.say(f"load: k6 plays {profile}, {speed:g} times as fast")

    async def stop(self) -> None:
        """Ends k6, which then writes its summary."""
        async with self._changing:
            await self._stop()

    def state(self) -> dict[str, Any]:
        """What the control room shows of it; seconds are real ones."""
        played = self._world.clock.real() - self._began if self.running else 0.0
        result = self.result
        return {
            "profile": self.profile,
            "running": self.running,
            "played_seconds": round(min(played, self._seconds), 1),
            "total_seconds": round(self._seconds, 1),
            "summary": result and result.summary,
            "stopped": result is not None and result.stopped,
            "failure": result and result.failure,
        }

    @property
    def _summary(self) -> Path:
        return self._world.folder.path / SUMMARY

    def _environment(self, profile: Profile, speed: float) -> dict[str, str]:
        return {
            "HEADWAY_URL": self._target.url,
            "HEADWAY_KEY": self._target.key,
            "HEADWAY_MODEL": self._target.model,
            "HEADWAY_PROFILE": profile,
            "HEADWAY_SPEED": f"{speed:g}",
            "HEADWAY_SUMMARY": str(self._summary),
        }

    async def _stop(self) -> None:
        if self._process is not None and self._process.running:
            self._stopping = True
            await self._process.stop(STOP_SECONDS)
        with anyio.move_on_after(STOP_SECONDS):  # who would set it may have been cancelled before it began
            if self._process is not None:
                await self._over.wait()

    async def _follow(self, process: Process, profile: Profile, over: anyio.Event) -> None:
        """Keeps and says what came of one k6."""
        try:
            code = await process.ended()
            self.result = LoadResult(profile, code, self._stopping, self._read_summary(), process.last_lines())
            self._world.watch.say(f"load: {self.result}")
        finally:
            over.set()

    def _read_summary(self) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = json.loads(self._summary.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # k6 was killed before it wrote all of it
            return None
        return found


def played_seconds(script: Path, profile: Profile, speed: float) -> float:
    """Real seconds that a profile takes when its minutes pass `speed` times as fast. Raises `CannotRun`."""
    stages = script.with_name(STAGES)
    for file in (script, stages):
        if not file.is_file():
            raise CannotRun(f"{file}: no such file", "run headway up in the repository, or name a script")
    minutes = sum(minutes for _, minutes in json.loads(stages.read_text(encoding="utf-8"))[profile])
    return float(minutes) * 60 / speed


def k6(programs: Path) -> str:
    """The binary: beside headway, in the environment that `make load-tools` fills, or the system's. Raises `CannotRun`."""
    for folder in (programs, Path(".cache/load/bin")):
        if (folder / "k6").is_file():
            return str((folder / "k6").resolve())
    found = shutil.which("k6")
    if found is None:
        raise CannotRun("k6 is not installed", "make load-tools puts it into .cache/load")
    return found
