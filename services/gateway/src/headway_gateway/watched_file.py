"""A file that somebody else writes: has it changed since it was last asked?

Kubernetes replaces mounted files by swapping a symbolic link, so the resolved file's identity counts, not only its
time. No thread and no inotify: the caller asks from its own clock.
"""

from pathlib import Path


class WatchedFile:
    """Remembers what a file looked like."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen = self._look()

    def _look(self) -> tuple[int, int, int] | None:
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino, status.st_size

    def changed(self) -> bool:
        """Whether it differs from the last time this was asked; a file that is gone has not changed."""
        seen = self._look()
        if seen is None or seen == self._seen:
            return False
        self._seen = seen
        return True
