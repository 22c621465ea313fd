"""A change of a value as the smallest edit of its text: what is around it keeps comments, indentation and line ends."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from headway.policies.manifest import Path
from headway.policies.reading.scalars import plain
from headway.policies.repairs.change import DROPPED, Change, Drop, LeftAlone, Put, Quote, Swap

_BARE = re.compile(r"[A-Za-z0-9/.][\w/.:-]*[\w/]|/?\w")
_REST_OF_LINE = re.compile(r"[ \t]*(?:(?<=[ \t])#[^\r\n]*)?(?=\r?\n|\Z)")
_MOVED = "it comes from an alias or a merge, or its mapping states it twice"


@dataclass(frozen=True)
class Edit:
    """Characters from `start` to `end` become `text`; the value at `path` is `after` then."""

    start: int
    end: int
    text: str
    path: Path
    after: Any


def edit_of(change: Change, root: yaml.Node, source: str) -> Edit:
    """The edit that makes a change. Raises `LeftAlone` where the text is not one it knows how to edit."""
    if isinstance(change, Put):
        return _put(change, root, source)
    if isinstance(change, Drop):
        return _drop(change, root, source)
    return _swap(change, root, source) if isinstance(change, Swap) else _quote(change, root, source)


def edited(text: str, edits: Sequence[Edit], start: int = 0) -> str:
    """A text with edits made; their positions count from `start`."""
    parts, done = [], 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        parts += [text[done : start + edit.start], edit.text]
        done = start + edit.end
    return "".join([*parts, text[done:]])


def swapped(text: str, old: str, new: str) -> str:
    """A text with one whole word replaced; parts of longer names of metrics are no words."""
    return re.sub(rf"(?<![\w:]){re.escape(old)}(?![\w:])", lambda _: new, text)


def node_at(root: yaml.Node, path: Path) -> yaml.Node:
    """The node at a path. Raises `LeftAlone` where the path leads through an alias, a merge or a key stated twice."""
    for key in path:
        found = [value for name, value in _pairs(root) if name.value == key]
        if isinstance(root, yaml.SequenceNode) and isinstance(key, int) and key < len(root.value):
            found = [root.value[key]]
        if len(found) != 1 or _start(found[0]) < _start(root):
            raise LeftAlone(_MOVED)
        root = found[0]
    return root


def _pairs(node: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
    return list(node.value) if isinstance(node, yaml.MappingNode) else []


def _start(node: yaml.Node) -> int:
    return int(node.start_mark.index)


def _end(node: yaml.Node) -> int:
    return int(node.end_mark.index)


def _scalar(node: yaml.Node, source: str) -> tuple[str, str]:
    """The text of a scalar with its quotes, and its style: empty for a plain one.

    Raises `LeftAlone` for anything else, and for tags and anchors.
    """
    raw = source[_start(node) : _end(node)]
    if not isinstance(node, yaml.ScalarNode) or not raw or raw[0] in "&!":
        raise LeftAlone("it is empty, or has an anchor or a tag")
    return raw, node.style or ""


def _put(change: Put, root: yaml.Node, source: str) -> Edit:
    mapping = node_at(root, change.path[:-1])
    if not isinstance(mapping, yaml.MappingNode):
        raise LeftAlone("the mapping it belongs to is not there")
    if not any(name.value == change.path[-1] for name, _ in _pairs(mapping)):
        return _insert(change, mapping, source)
    node = node_at(root, change.path)
    _, style = _scalar(node, source)
    if style in ("|", ">") or isinstance(change.value, tuple):
        raise LeftAlone("it is a text of several lines")
    text = _written(change.value, style)
    return Edit(_start(node), _end(node), text, change.path, _value(change))


def _written(value: str | bool | tuple[tuple[str, str], ...], style: str = '"', key_quote: str = "") -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "{" + ", ".join(f"{key_quote}{k}{key_quote}: {_written(v)}" for k, v in value) + "}"
    if style == "'":
        return "'" + value.replace("'", "''") + "'"
    return (
        value
        if not style and _BARE.fullmatch(value) and plain(value) == value
        else json.dumps(value, ensure_ascii=False)
    )


def _insert(change: Put, mapping: yaml.MappingNode, source: str) -> Edit:
    pairs = _pairs(mapping)
    if mapping.flow_style or not pairs:
        return _insert_flow(change, mapping, source)
    first = _start(pairs[0][0])
    line = source.rfind("\n", 0, first) + 1
    indent = re.sub(r"[^ ]", " ", source[line:first])
    newline = _newline(source)
    text = f"{change.path[-1]}: {_written(change.value)}"
    after = [end for pair in pairs if (end := _end_of_line(*pair, source)) is not None]
    if after:
        return Edit(after[-1], after[-1], f"{newline}{indent}{text}", change.path, _value(change))
    if source[line:first].strip():
        return Edit(first, first, f"{text}{newline}{indent}", change.path, _value(change))
    above = _above_comments(source, line)
    return Edit(above, above, f"{indent}{text}{newline}", change.path, _value(change))


def _value(change: Put) -> Any:
    return dict(change.value) if isinstance(change.value, tuple) else change.value


def _newline(source: str) -> str:
    return "\r\n" if "\r\n" in source else "\n"


def _end_of_line(key: yaml.Node, value: yaml.Node, source: str) -> int | None:
    """Where the line of a key with a short value ends, or `None` for longer values."""
    if not isinstance(value, yaml.ScalarNode) or value.style in ("|", ">") or _start(value) < _start(key):
        return None
    rest = _REST_OF_LINE.match(source, _end(value))
    return rest.end() if rest and "\n" not in source[_start(key) : _end(value)] else None


def _above_comments(source: str, line: int) -> int:
    while line:
        previous = source.rfind("\n", 0, line - 1) + 1
        if not source[previous:line].lstrip().startswith("#"):
            break
        line = previous
    return line


def _insert_flow(change: Put, mapping: yaml.MappingNode, source: str) -> Edit:
    if not mapping.flow_style:
        raise LeftAlone("the mapping it belongs to is empty")
    pairs = _pairs(mapping)
    names = [source[_start(key)] for key, _ in pairs] or [source.lstrip("\ufeff-. \t\r\n")[:1].replace("{", '"')]
    quote = '"' if names[-1] == '"' else ""
    text = f"{quote}{change.path[-1]}{quote}: {_written(change.value, key_quote=quote)}"
    if not pairs:
        at = source.index("{", _start(mapping)) + 1
        return Edit(at, at, text, change.path, _value(change))
    key, value = pairs[-1]
    if _start(value) < _start(key):
        raise LeftAlone(_MOVED)
    line = source.rfind("\n", 0, _start(key)) + 1
    own_line = line > _start(mapping) and not source[line : _start(key)].strip()
    space = f"{_newline(source)}{source[line : _start(key)]}" if own_line else " "
    return Edit(_end(value), _end(value), f",{space}{text}", change.path, _value(change))


def _drop(change: Drop, root: yaml.Node, source: str) -> Edit:
    parent, node = node_at(root, change.path[:-1]), node_at(root, change.path)
    if not isinstance(node, yaml.ScalarNode) or not isinstance(parent, yaml.CollectionNode) or len(parent.value) < 2:
        raise LeftAlone("nothing would be left of what holds it")
    if isinstance(parent, yaml.MappingNode):
        position = next(i for i, (_, value) in enumerate(parent.value) if value is node)
        begins, before = [_start(key) for key, _ in parent.value], ""
        ends = [_end(value) for _, value in parent.value]
    else:
        position = int(change.path[-1])
        begins, ends, before = [_start(item) for item in parent.value], [_end(item) for item in parent.value], "-"
    if parent.flow_style:
        last = position == len(begins) - 1
        span = (ends[position - 1], ends[position]) if last else (begins[position], begins[position + 1])
        if "#" in source[slice(*span)]:
            raise LeftAlone("a comment stands beside it")
        return Edit(*span, "", change.path, DROPPED)
    return Edit(*_whole_line(begins[position], ends[position], before, source), "", change.path, DROPPED)


def _whole_line(start: int, end: int, before: str, source: str) -> tuple[int, int]:
    line = source.rfind("\n", 0, start) + 1
    rest = _REST_OF_LINE.match(source, end)
    if source[line:start].strip() != before or rest is None or "\n" in source[start:end]:
        raise LeftAlone("it shares its line with something else")
    newline = source.find("\n", rest.end())
    return line, newline + 1 or len(source)


def _swap(change: Swap, root: yaml.Node, source: str) -> Edit:
    node = node_at(root, change.path)
    raw, _ = _scalar(node, source)
    after = swapped(str(node.value), change.old, change.new)
    edited = swapped(raw, change.old, change.new)
    if edited.count(change.new) != after.count(change.new):
        raise LeftAlone("a comment behind it says the same word")
    return Edit(_start(node), _end(node), edited, change.path, after)


def _quote(change: Quote, root: yaml.Node, source: str) -> Edit:
    node = node_at(root, change.path)
    raw, style = _scalar(node, source)
    if style or raw != node.value:
        raise LeftAlone("it is written in a way that is no plain word")
    if isinstance(plain(raw), bool) and raw.lower() not in ("true", "false"):
        raise LeftAlone(f"{raw} may be meant as a word or as a truth value")
    return Edit(_start(node), _end(node), json.dumps(raw, ensure_ascii=False), change.path, raw)
