"""The folder of one run: configuration that processes read, their logs, the audit, and how to reach it."""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headway.local.faults import CannotRun

REACH = "run.json"
AUDIT = "audit.jsonl"


@dataclass(frozen=True)
class RunFolder:
    """Paths of one run."""

    path: Path

    @classmethod
    def make(cls, runs: Path, environment: str) -> "RunFolder":
        """A new folder. Raises `CannotRun`."""
        path = runs.resolve() / f"{environment}-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
        try:
            (path / "logs").mkdir(parents=True)
            path.chmod(0o700)
        except OSError as error:
            raise CannotRun(
                f"{path}: {error.strerror}", "free some space, or give another place with --runs"
            ) from error
        return cls(path)

    def log(self, name: str) -> Path:
        """Where a process writes."""
        return self.path / "logs" / f"{name}.log"

    @property
    def audit(self) -> Path:
        """One JSON line a scaling event."""
        return self.path / AUDIT

    def write(self, name: str, content: str, private: bool = False) -> Path:
        """Replaces a file at once, as the kubelet does with a mounted ConfigMap. Raises `CannotRun`."""
        target = self.path / name
        fresh = target.with_suffix(target.suffix + ".new")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(content, encoding="utf-8")
            if private:
                fresh.chmod(0o600)
            fresh.replace(target)
        except OSError as error:
            raise CannotRun(f"{target}: {error.strerror}", "free some space on this disk") from error
        return target

    def reach(self, **what: Any) -> None:
        """Notes how `headway chaos` and `headway why` find the run."""
        self.write(REACH, json.dumps({"pid": os.getpid(), **what}), private=True)


def find_run(runs: Path, living: bool) -> tuple[RunFolder, dict[str, Any]]:
    """The newest run, or the newest one that still lives. Raises `CannotRun`."""
    for file in sorted(runs.glob(f"*/{REACH}"), key=lambda path: path.stat().st_mtime, reverse=True):
        reach = json.loads(file.read_text(encoding="utf-8"))
        if not living or _lives(reach["pid"]):
            return RunFolder(file.parent), reach
    raise CannotRun(f"no {'running ' if living else ''}environment in {runs}", "headway up starts one")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
