"""Whether the page shows the quiz or the survey: one word in a file, followed while it changes.

In a cluster the file is a mounted ConfigMap. The kubelet swaps the whole mount by one symbolic link, so what the path
leads to gets another inode; nothing is written in place. A look at it costs microseconds and needs no thread.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeAlias, get_args

import structlog

ModeName: TypeAlias = Literal["quiz", "survey"]
MODES: tuple[ModeName, ...] = get_args(ModeName)
LOOK_SECONDS = 1.0
MAX_BYTES = 64

log = structlog.get_logger(__name__)


class Mode:
    """The mode; `quiz` until the file has said otherwise, and the last good one while it says nothing sensible."""

    def __init__(self, file: Path | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._file = file
        self._clock = clock
        self._name: ModeName = "quiz"
        self._seen: tuple[int, ...] | None = None
        self._looked_at = float("-inf")
        self._broken = False

    def current(self) -> ModeName:
        """The mode, at most `LOOK_SECONDS` behind the file."""
        if self._file is not None and self._clock() - self._looked_at >= LOOK_SECONDS:
            self._looked_at = self._clock()
            self._look(self._file)
        return self._name

    def _look(self, file: Path) -> None:
        try:
            stat = file.stat()
            seen = (stat.st_dev, stat.st_ino, stat.st_mtime_ns, stat.st_size)
            if seen != self._seen:
                with file.open("rb") as opened:
                    self._take(opened.read(MAX_BYTES))
                self._seen = seen
        except OSError as error:
            self._seen = None
            self._keep(type(error).__name__)

    def _take(self, content: bytes) -> None:
        word = content.decode("ascii", "replace").strip()
        for name in MODES:
            if word == name:
                if name != self._name:
                    log.info("mode_changed", mode=name)
                self._name, self._broken = name, False
                return
        self._keep("neither quiz nor survey")

    def _keep(self, reason: str) -> None:
        if not self._broken:
            log.warning("mode_unreadable", reason=reason, kept=self._name)
        self._broken = True
