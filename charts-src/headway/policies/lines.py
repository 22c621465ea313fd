"""Mappings and sequences that know the line of everything in them; otherwise plain `dict` and `list`."""

from typing import Any


class Mapping(dict[str, Any]):
    """A YAML mapping: `line` is where it begins, `lines` where each key stands."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Sequence(list[Any]):
    """A YAML sequence: `line` is where it begins, `lines` where each item stands."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


def line_of(container: Any, key: str | int, otherwise: int) -> int:
    """Line of a key or item; `otherwise` for containers without lines."""
    if isinstance(container, Mapping) and isinstance(key, str):
        return container.lines.get(key, container.line)
    if isinstance(container, Sequence) and isinstance(key, int) and 0 <= key < len(container.lines):
        return container.lines[key]
    return otherwise
