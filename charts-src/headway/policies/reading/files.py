"""Paths into texts: the only place in the checker that touches the disk."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from headway.policies.reading.harvest import Harvest, ReadFault
from headway.policies.reading.kustomize import kustomized
from headway.policies.reading.text import read_text

SUFFIXES = frozenset({".yaml", ".yml", ".json"})
SKIPPED = frozenset({".git", ".terraform", ".venv", "node_modules", "__pycache__"})
MOST_BYTES = 64 * 2**20
"""Largest file that is read; 10,000 objects are about 7 MiB."""


class MissingPath(Exception):
    """A path that is not there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path}: no such file or folder")


def read_paths(paths: Sequence[str], stdin: BinaryIO | None = None) -> Harvest:
    """Everything below some paths; `-` is standard input. Raises `MissingPath`."""
    harvest = Harvest()
    seen: set[Path] = set()
    for path in paths:
        if path == "-":
            harvest.add(_decode("<stdin>", stdin.read(MOST_BYTES + 1) if stdin else b""))
            continue
        for file in _files(Path(path)):
            if (real := file.resolve()) not in seen:
                seen.add(real)
                harvest.add(_open(file))
    return kustomized(harvest)


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        for below in sorted(path.rglob("*")):
            if below.suffix in SUFFIXES and not SKIPPED & set(below.parts) and below.is_file():
                yield below
    elif path.exists():
        yield path
    else:
        raise MissingPath(path)


def _open(file: Path) -> Harvest:
    name = os.fsencode(file.as_posix()).decode("utf-8", errors="replace")
    try:
        with file.open("rb") as stream:
            return _decode(name, stream.read(MOST_BYTES + 1))
    except OSError as error:
        message = f"cannot be opened: {error.strerror}"
        fault = ReadFault("file-unreadable", name, 1, message, "check its permissions")
        return Harvest(faults=[fault], files=1)


def _decode(name: str, content: bytes) -> Harvest:
    if len(content) > MOST_BYTES:
        message = f"is larger than {MOST_BYTES // 2**20} MiB and was not read"
        return Harvest(faults=[ReadFault("file-unreadable", name, 1, message, "split it")], files=1)
    try:
        return read_text(name, content.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"is not UTF-8: byte 0x{content[error.start]:02x} at offset {error.start}"
        harvest = read_text(name, content.decode("utf-8", errors="replace"))
        harvest.faults.append(ReadFault("file-unreadable", name, line, message, "save it as UTF-8"))
        return harvest
