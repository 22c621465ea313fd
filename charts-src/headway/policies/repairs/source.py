"""The text of one file: where each object stands in it, and edits that provably change nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import yaml

from headway.policies.lines import Mapping
from headway.policies.manifest import Path
from headway.policies.reading.document import BrokenDocument, read_document
from headway.policies.reading.text import chunks, is_template, may_hold_objects, objects_in
from headway.policies.repairs.change import Change, LeftAlone, plain_copy, put, same
from headway.policies.repairs.editing import Edit, edit_of, edited


@dataclass(frozen=True)
class Source:
    """One document's text, and where it begins in its file."""

    text: str
    line: int
    start: int


@dataclass(frozen=True)
class Located:
    """An object with the document it stands in and the path to it there."""

    source: Source
    path: Path
    value: Mapping


def located_objects(text: str) -> list[Located]:
    """Objects of a file in the order in which they are read; `text` is without a byte order mark."""
    found = []
    for chunk, line, start in chunks(text):
        if not may_hold_objects(chunk) or is_template(chunk):
            continue
        try:
            value = read_document(chunk, line).value
        except BrokenDocument:
            continue
        source = Source(chunk, line, start)
        objects = ((path, inner) for path, inner in objects_in(value) if isinstance(inner, Mapping))
        found += [Located(source, path, inner) for path, inner in objects]
    return found


@dataclass
class Outcome:
    """What became of the changes of one document; those whose edits meet others are in neither, for the next pass."""

    edits: dict[Change, Edit] = field(default_factory=dict)
    reasons: dict[Change, str] = field(default_factory=dict)
    """Why a change is left alone."""


def edits_of(source: Source, changes: Sequence[Change]) -> Outcome:
    """Edits of one document that change nothing else. Raises `LeftAlone` where no edit of it can be trusted."""
    root = _composed(source.text)
    outcome = Outcome()
    for change in changes:
        try:
            outcome.edits[change] = edit_of(change, root, source.text)
        except LeftAlone as error:
            outcome.reasons[change] = str(error)
    _keep_apart(outcome)
    try:
        verify(source, list(outcome.edits.values()))
    except LeftAlone:
        _keep_verified(source, outcome)
    return outcome


def _keep_apart(outcome: Outcome) -> None:
    end = -1
    for change, edit in sorted(outcome.edits.items(), key=lambda pair: pair[1].start):
        if edit.start <= end:
            del outcome.edits[change]
        else:
            end = edit.end


def _keep_verified(source: Source, outcome: Outcome) -> None:
    """One by one: an edit that would carry a change elsewhere must not keep the others back."""
    kept: list[Edit] = []
    for change, edit in list(outcome.edits.items()):
        try:
            verify(source, [*kept, edit])
            kept.append(edit)
        except LeftAlone as error:
            del outcome.edits[change]
            outcome.reasons[change] = str(error)


def _composed(text: str) -> yaml.Node:
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        raise LeftAlone("its file writes characters as pairs of escapes") from None
    if root is None:
        raise LeftAlone("its document is empty")
    return root


def verify(source: Source, edits: Sequence[Edit]) -> None:
    """Raises `LeftAlone` unless the edited document reads as before but for the places that the edits name."""
    wanted = plain_copy(read_document(source.text, source.line).value)
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        put(wanted, edit.path, edit.after)
    try:
        document = read_document(edited(source.text, edits), source.line)
    except BrokenDocument as error:
        raise LeftAlone(f"the edited text could not be read: {error.problem}") from None
    if not same(wanted, document.value):
        raise LeftAlone("an alias, a merge or the way it is written would carry the change elsewhere")
