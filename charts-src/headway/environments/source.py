"""An environment file as read: every value with the file and line it stands on."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from headway.environments.faults import EnvironmentFaults, Fault


@dataclass(frozen=True)
class Origin:
    """Where a value stands: `line` counts from 1, as editors do."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Located:
    """A value with its origin. Mappings hold `Located` children; lists and scalars are whole values."""

    value: Any
    origin: Origin

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.value, dict)

    def plain(self) -> Any:
        """The value without origins, as pydantic wants it."""
        if self.is_mapping:
            return {key: child.plain() for key, child in self.value.items()}
        return self.value

    def walk(self, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], "Located"]]:
        """Every value below this one with its path, itself first."""
        yield path, self
        if self.is_mapping:
            for key, child in self.value.items():
                yield from child.walk((*path, key))

    def find(self, path: tuple[str, ...]) -> "Located":
        """The value at `path`, or the nearest one above it that exists."""
        here = self
        for key in path:
            if not here.is_mapping or key not in here.value:
                break
            here = here.value[key]
        return here


def read(path: Path, shown_as: str) -> Located:
    """Reads one file; `shown_as` is its name in messages. Raises `EnvironmentFaults` for text that is not one mapping."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise EnvironmentFaults(
            [Fault(shown_as, line, "", f"not YAML: {error.problem}", "correct the line")]
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentFaults(
            [Fault(shown_as, 1, "", f"cannot be read: {error}", "give a readable UTF-8 file")]
        ) from error
    if not isinstance(root, MappingNode):
        raise EnvironmentFaults([Fault(shown_as, 1, "", "is not a mapping", "start from `headway init`")])
    faults: list[Fault] = []
    located = _located(root, shown_as, (), faults)
    if faults:
        raise EnvironmentFaults(faults)
    return located


def _located(node: Node, file: str, path: tuple[str, ...], faults: list[Fault]) -> Located:
    origin = Origin(file, node.start_mark.line + 1)
    if not isinstance(node, MappingNode):
        return Located(_construct(node), origin)
    children: dict[str, Located] = {}
    for key_node, value_node in node.value:
        key = str(_construct(key_node))
        line = key_node.start_mark.line + 1
        if key in children:
            first = children[key].origin.line
            faults.append(
                Fault(
                    file,
                    line,
                    ".".join((*path, key)),
                    f"stated twice, first on line {first}",
                    "keep one of them",
                )
            )
            continue
        child = _located(value_node, file, (*path, key), faults)
        children[key] = Located(child.value, Origin(file, line))
    return Located(children, origin)


def _construct(node: Node) -> Any:
    loader = yaml.SafeLoader("")
    try:
        if isinstance(node, ScalarNode | SequenceNode | MappingNode):
            return loader.construct_object(node, deep=True)
        return None
    finally:
        loader.dispose()
