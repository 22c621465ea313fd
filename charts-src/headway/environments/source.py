"""An environment file as read: every value with the file and line it stands on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.reader import ReaderError

from headway.domain.fault import Fault
from headway.environments.faults import EnvironmentFaults

_REMEDIES = {
    "'\\t'": "indent with spaces",
    "another document": "keep one environment a file, without `---` between",
    "mapping values are not allowed": "put a text that holds a colon in quotes, and indent the keys of one mapping alike",
    "expected <block end>": "indent the keys of one mapping alike",
    "undefined alias": "state the anchor (&name) above the alias (*name), in the same file",
}
"""What would be right, by a part of what the YAML reader says."""


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
    items: tuple["Located", ...] = ()
    """The entries of a list as read, for their lines; `value` holds them whole."""
    removed: Mapping[str, Origin] = field(default_factory=dict)
    """Where a `null` removed a key of a mapping, so that a fault about its absence names that line."""

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
        """The value at `path`, or the nearest one above it that exists; where `null` removed it, that `null`."""
        here = self
        for key in path:
            if here.is_mapping and key in here.value:
                here = here.value[key]
            elif key.isdigit() and int(key) < len(here.items):
                here = here.items[int(key)]
            elif key in here.removed:
                return Located(None, here.removed[key])
            else:
                break
        return here


def read(path: Path, shown_as: str, faults: list[Fault] | None = None) -> Located:
    """Reads one file; `shown_as` is its name in messages.

    Faults that leave the rest readable, such as a key stated twice, are added to `faults`, so that they are reported
    with whatever else is wrong. Raises `EnvironmentFaults` for text that is not one mapping, or for any fault when
    there is no list to add it to.
    """
    root = _composed(path, shown_as)
    if not isinstance(root, MappingNode):
        found = "is empty" if root is None else "is not a mapping"
        raise EnvironmentFaults([Fault(shown_as, 1, "", found, "start from `headway init NAME --out -`")])
    found_here: list[Fault] = []
    located = _located(root, shown_as, (), found_here, ())
    if faults is None and found_here:
        raise EnvironmentFaults(found_here)
    if faults is not None:
        faults.extend(found_here)
    return located


def _composed(path: Path, shown_as: str) -> Node | None:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        wrong = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise EnvironmentFaults(
            [Fault(shown_as, 1, "", f"cannot be read: {wrong}", "give a readable UTF-8 file")]
        ) from error
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        raise EnvironmentFaults([_not_yaml(error, shown_as)]) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        wrong = f"not YAML: holds the control character {chr(error.character)!r}"
        raise EnvironmentFaults([Fault(shown_as, line, "", wrong, "remove it")]) from error


def _not_yaml(error: yaml.MarkedYAMLError, file: str) -> Fault:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    said = str(error.problem)
    if error.context and error.context_mark and error.context_mark.line + 1 != line:
        said = f"{error.context} (line {error.context_mark.line + 1}), {said}"
    remedy = next((remedy for part, remedy in _REMEDIES.items() if part in said), "correct the line")
    return Fault(file, line, "", f"not YAML: {said}", remedy)


def _located(node: Node, file: str, path: tuple[str, ...], faults: list[Fault], above: tuple[Node, ...]) -> Located:
    origin = Origin(file, node.start_mark.line + 1)
    if any(node is one for one in above):
        faults.append(Fault(file, origin.line, ".".join(path), "is an alias for what it stands in", "state a value"))
        return Located(None, origin)
    if isinstance(node, ScalarNode):
        return Located(_scalar(node, origin, path, faults), origin)
    if node.tag not in ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"):
        faults.append(_unknown_tag(node, origin, path))
    if isinstance(node, SequenceNode):
        items = tuple(
            _located(item, file, (*path, str(place)), faults, (*above, node)) for place, item in enumerate(node.value)
        )
        return Located([item.plain() for item in items], origin, items)
    children: dict[str, Located] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = key_node.value if isinstance(key_node, ScalarNode) else ""
        here = ".".join((*path, key) if key else path)
        if not key or key_node.tag == "tag:yaml.org,2002:merge":
            wrong = "merge key is not read" if key else "has a key that is no text"
            right = "state the keys, or alias a whole value (key: *anchor)" if key else "name the key"
            faults.append(Fault(file, line, here, wrong, right))
            continue
        if key in children:
            first = children[key].origin.line
            faults.append(Fault(file, line, here, f"stated twice, first on line {first}", "keep one of them"))
            continue
        child = _located(value_node, file, (*path, key), faults, (*above, node))
        children[key] = replace(child, origin=Origin(file, line))
    return Located(children, origin)


def _scalar(node: ScalarNode, origin: Origin, path: tuple[str, ...], faults: list[Fault]) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node)
    except yaml.constructor.ConstructorError:
        faults.append(_unknown_tag(node, origin, path))
    except ValueError as error:
        kind = node.tag.rpartition(":")[2]
        wrong = f"{node.value!r} is read as a {kind}, and is none ({error})"
        faults.append(Fault(origin.file, origin.line, ".".join(path), wrong, "put it in quotes if it is a text"))
    finally:
        loader.dispose()
    return node.value


def _unknown_tag(node: Node, origin: Origin, path: tuple[str, ...]) -> Fault:
    tag = node.tag.replace("tag:yaml.org,2002:", "!!")
    return Fault(origin.file, origin.line, ".".join(path), f"tag {tag} is not known", "state the value itself")
