"""A Kubernetes object with the line of every value in it, read without fear: what is missing or of another type is `None`.

Rules run over files that anybody wrote, so no access here can fail: `deployment.at("spec", "template").each("containers")`
is empty when `spec` is a text.
"""

import posixpath
from collections.abc import Iterator
from typing import Any, Self

from headway.policies.lines import line_of

Path = tuple[str | int, ...]


class Field:
    """A value in a manifest and where it stands."""

    __slots__ = ("_below", "_parent", "line", "manifest", "value")

    def __init__(
        self, manifest: "Manifest", value: Any, line: int, parent: "Field | None" = None, below: Path = ()
    ) -> None:
        self.manifest, self.value, self.line = manifest, value, line
        self._parent, self._below = parent, below

    @property
    def path(self) -> Path:
        """Keys and positions that lead to it from the object; also to what is missing."""
        return (*self._parent.path, *self._below) if self._parent is not None else self._below

    def __bool__(self) -> bool:
        """Whether there is a value; 0, false and empty texts are values."""
        return self.value is not None

    def at(self, *path: str | int) -> "Field":
        """The value below; its line is that of the nearest key that exists."""
        value, line = self.value, self.line
        for key in path:
            inner = _inner(value, key)
            if inner is not None or (isinstance(value, dict) and key in value):
                line = line_of(value, key, line)
            value = inner
        return Field(self.manifest, value, line, self, path)

    def each(self, *path: str | int) -> list["Field"]:
        """Items of a list below, empty for anything else."""
        found = self.at(*path) if path else self
        if not isinstance(found.value, list):
            return []
        return [
            Field(self.manifest, item, line_of(found.value, i, found.line), found, (i,))
            for i, item in enumerate(found.value)
        ]

    def entries(self, *path: str | int) -> list[tuple[str, "Field"]]:
        """Keys and values of a mapping below, empty for anything else."""
        found = self.at(*path) if path else self
        if not isinstance(found.value, dict):
            return []
        return [
            (str(key), Field(self.manifest, value, line_of(found.value, key, found.line), found, (key,)))
            for key, value in found.value.items()
        ]

    def text(self, *path: str | int) -> str | None:
        """The text below, or `None`."""
        value = self.at(*path).value if path else self.value
        return value if isinstance(value, str) else None

    def scalar(self, *path: str | int) -> str | None:
        """A text, number or boolean below, as text."""
        value = self.at(*path).value if path else self.value
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value) if isinstance(value, str | int | float) else None

    def integer(self, *path: str | int) -> int | None:
        """A whole number below, or `None`."""
        value = self.at(*path).value if path else self.value
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def labels(self, *path: str | int) -> dict[str, str]:
        """Texts of a mapping below by key; other values are left out."""
        value = self.at(*path).value if path else self.value
        return {str(k): v for k, v in value.items() if isinstance(v, str)} if isinstance(value, dict) else {}

    def has(self, key: str) -> bool:
        """Whether a mapping states a key, null included."""
        return isinstance(self.value, dict) and key in self.value


def _inner(value: Any, key: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value):
        return value[key]
    return None


class Manifest(Field):
    """One object; `file` is how findings name where it was read."""

    __slots__ = ("api_version", "file", "folder", "kind", "name", "namespace")

    def __init__(self, file: str, value: dict[str, Any]) -> None:
        super().__init__(self, value, getattr(value, "line", 1))
        self.file = file
        self.folder = posixpath.dirname(file)
        """Objects of one folder are applied together; a kustomization joins the folders of the files it lists."""
        self.kind: str = value["kind"]
        self.api_version: str = value["apiVersion"]
        self.name = self.scalar("metadata", "name") or ""
        self.namespace = self.text("metadata", "namespace")
        """`None` where the object leaves it to whoever applies it, or is not namespaced."""

    @property
    def group(self) -> str:
        """API group, empty for the core group."""
        return self.api_version.rpartition("/")[0]

    @property
    def label(self) -> str:
        """How findings name it: `Kind/namespace/name`, without the namespace where none is stated."""
        return "/".join(part for part in (self.kind, self.namespace, self.name) if part)

    def shares_namespace(self, other: Self) -> bool:
        """Whether both may stand in one namespace; one that is not stated may be any."""
        return self.namespace is None or other.namespace is None or self.namespace == other.namespace

    def annotations(self) -> Iterator[tuple[str, Field]]:
        """Annotations of the object."""
        yield from self.entries("metadata", "annotations")
