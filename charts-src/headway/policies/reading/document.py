"""One YAML document from libyaml's events: values, lines, duplicate keys, and bounds on what it may cost.

Events instead of a composed tree, because a tree recurses in C (a deeply nested file ends the process) and because
aliases must be counted before anything walks them.
"""

from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml._yaml import CParser

from headway.policies.lines import Mapping, Sequence
from headway.policies.reading.scalars import plain

MOST_DEPTH = 200
"""Levels of nesting; the deepest CRD schema seen has 60. The API server refuses at 10,000, libyaml slows long before."""
MOST_EXPANDED = 1_000_000
"""Values after aliases are followed."""
MOST_VALUES = 3_000_000
"""Values in one document; a list of 10,000 objects has about 1,500,000, and no single object may exceed 1.5 MiB."""
_MERGE = "<<"
_CORE = "tag:yaml.org,2002:"
_STR = "tag:yaml.org,2002:str"


class BrokenDocument(Exception):
    """A document that cannot be read: what is wrong, and the line in its file."""

    def __init__(self, problem: str, line: int) -> None:
        self.problem, self.line = problem, line
        super().__init__(f"{line}: {problem}")


@dataclass(frozen=True)
class DuplicateKey:
    """A key that a mapping states twice."""

    key: str
    line: int
    first_line: int


@dataclass
class Document:
    """What one document holds."""

    value: Any = None
    duplicates: list[DuplicateKey] = field(default_factory=list)


def read_document(text: str, first_line: int) -> Document:
    """Reads one document whose first line has that number. Raises `BrokenDocument`."""
    parser = CParser(text)
    try:
        return _Builder(parser, first_line).build()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(part for part in (error.problem, error.context) if part)
        raise BrokenDocument(problem, first_line + (mark.line if mark else 0)) from None
    except yaml.reader.ReaderError as error:
        line = first_line + text.count("\n", 0, _position(error, text))
        raise BrokenDocument(f"a character YAML does not allow: {error.reason}", line) from None
    except yaml.YAMLError as error:
        raise BrokenDocument(str(error), first_line) from None
    finally:
        parser.dispose()


def _position(error: yaml.reader.ReaderError, text: str) -> int:
    return error.position if isinstance(error.position, int) and 0 <= error.position <= len(text) else 0


@dataclass(slots=True)
class _Open:
    """A container that has begun and not ended."""

    container: Mapping | Sequence
    anchor: str | None
    before: int
    key: tuple[str, int] | None = None
    inherited: set[str] = field(default_factory=set)

    @property
    def awaits_key(self) -> bool:
        return self.key is None and isinstance(self.container, Mapping)


class _Builder:
    """Follows the events of one document with a stack of open containers, so that depth costs no recursion."""

    def __init__(self, parser: CParser, first_line: int) -> None:
        self._next = parser.get_event
        self._first = first_line
        self._document = Document()
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._expanded = 0
        self._stack: list[_Open] = []

    def build(self) -> Document:
        """The document; `value` is `None` for one without content."""
        while True:
            event = self._next()
            kind = type(event)
            if event is None or kind is yaml.StreamEndEvent or kind is yaml.DocumentEndEvent:
                return self._document
            if kind is yaml.ScalarEvent:
                self._scalar(event)
            elif kind in _STARTS:
                self._begin(event, kind)
            elif kind in _ENDS:
                self._end()
            elif kind is yaml.AliasEvent:
                self._alias(event)

    def _scalar(self, event: Any) -> None:
        line = self._first + event.start_mark.line
        if self._stack and self._stack[-1].awaits_key:
            self._stack[-1].key = (event.value, line)
            return
        value = _typed(event)
        self._count(1, line)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._put(value, line)

    def _begin(self, event: Any, kind: type) -> None:
        line = self._first + event.start_mark.line
        if self._stack and self._stack[-1].awaits_key:
            raise BrokenDocument("a key that is no text", line)
        if len(self._stack) >= MOST_DEPTH:
            raise BrokenDocument(f"nested deeper than {MOST_DEPTH} levels", line)
        self._anchors.pop(event.anchor, None)
        container = Mapping(line) if kind is yaml.MappingStartEvent else Sequence(line)
        self._stack.append(_Open(container, event.anchor, self._expanded))

    def _end(self) -> None:
        closed = self._stack.pop()
        self._count(1, closed.container.line)
        if closed.anchor:
            self._anchors[closed.anchor] = (closed.container, self._expanded - closed.before)
        self._put(closed.container, closed.container.line)

    def _alias(self, event: Any) -> None:
        line = self._first + event.start_mark.line
        if event.anchor not in self._anchors:
            raise BrokenDocument(f"alias *{event.anchor} names nothing that ended before it", line)
        value, size = self._anchors[event.anchor]
        self._count(size, line)
        if self._stack and self._stack[-1].awaits_key:
            self._stack[-1].key = (str(value), line)
        else:
            self._put(value, line)

    def _put(self, value: Any, line: int) -> None:
        if not self._stack:
            self._document.value = value
            return
        parent = self._stack[-1]
        into = parent.container
        if isinstance(into, Sequence):
            into.append(value)
            into.lines.append(line)
            return
        key, key_line = parent.key or ("", line)
        parent.key = None
        if key == _MERGE:
            parent.inherited |= _merge(into, value, key_line)
            return
        if key in into and key not in parent.inherited:
            self._document.duplicates.append(DuplicateKey(key, key_line, into.lines[key]))
        parent.inherited.discard(key)
        into[key] = value
        into.lines[key] = key_line

    def _count(self, values: int, line: int) -> None:
        self._expanded += values
        if self._expanded > MOST_EXPANDED and self._anchors:
            raise BrokenDocument(f"aliases expand to more than {MOST_EXPANDED} values", line)
        if self._expanded > MOST_VALUES:
            raise BrokenDocument(f"holds more than {MOST_VALUES} values", line)


_STARTS = frozenset({yaml.MappingStartEvent, yaml.SequenceStartEvent})
_ENDS = frozenset({yaml.MappingEndEvent, yaml.SequenceEndEvent})


def _typed(event: Any) -> Any:
    tag = event.tag
    if tag is None or tag == "!":
        return plain(event.value) if event.implicit[0] else event.value
    return plain(event.value) if tag.startswith(_CORE) and tag != _STR else event.value


def _merge(into: Mapping, value: Any, line: int) -> set[str]:
    """Keys that `<<` adds; those the mapping states itself win, wherever they stand."""
    added: set[str] = set()
    for source in value if isinstance(value, Sequence) else [value]:
        for key in source if isinstance(source, Mapping) else ():
            if key not in into:
                into[key] = source[key]
                into.lines[key] = line
                added.add(key)
    return added
