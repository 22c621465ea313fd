"""One file's text into documents, and documents into manifests.

The text is cut at `---` and `...` before it is parsed: in column one they always end a document, so one that is broken
does not take the rest of the file with it.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from headway.policies.lines import Sequence
from headway.policies.manifest import Manifest, Path
from headway.policies.reading.document import BrokenDocument, read_document
from headway.policies.reading.harvest import Harvest, ReadFault

_MARKER = re.compile(r"^(?:---|\.\.\.)(?=\s|\Z)", re.MULTILINE)
_HELM = re.compile(
    r"\{\{-?\s*(?:\.(?:Values|Release|Chart|Capabilities|Files)\b|(?:include|template|define|tpl|toYaml) )"
    r"|^\s*(?:\{\{-?\s*(?:if|else|end|range|with|\$\w+ :=)|\{%)",
    re.MULTILINE,
)
"""Helm's own placeholders. Alert rules (`{{ $labels.x }}`) and Argo CD (`{{.path.basename}}`) have others, inside texts."""
_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
"""How JSON writes a character beyond the first plane; YAML has no such escape."""
_KEYS = ("apiVersion", "kind")
_KUSTOMIZE = "kustomize.config.k8s.io/"
_KUSTOMIZATION_FILES = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})


def read_text(file: str, text: str) -> Harvest:
    """Everything in one file; `file` is how findings name it."""
    harvest = Harvest(files=1)
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] in ("{", "["):
        text = _PAIR.sub(lambda found: json.loads(f'"{found.group()}"'), text)
    if file.rsplit("/", 1)[-1] in _KUSTOMIZATION_FILES and "kind:" not in text:
        text = f"{text.rstrip()}\nkind: Kustomization\napiVersion: {_KUSTOMIZE}v1beta1\n"
    for chunk, line, _ in chunks(text):
        if may_hold_objects(chunk):
            _read(file, chunk, line, harvest)
        elif chunk.strip():
            harvest.unread["no Kubernetes object"] += bool(_has_content(chunk))
    return harvest


def may_hold_objects(chunk: str) -> bool:
    """Whether a document states what every object states."""
    return all(key in chunk for key in _KEYS)


def is_template(chunk: str) -> bool:
    """Whether a document holds Helm's own placeholders."""
    return _HELM.search(chunk) is not None


def chunks(text: str) -> Iterator[tuple[str, int, int]]:
    """Documents with the number of their first line and the offset of their first character."""
    start, line = 0, 1
    for marker in _MARKER.finditer(text):
        if marker.start() > start:
            yield text[start : marker.start()], line, start
            line += text.count("\n", start, marker.start())
        start = marker.start() if marker.group() == "---" else marker.end()
    if start < len(text):
        yield text[start:], line, start


def _has_content(chunk: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith(("#", "---", "%")) for line in chunk.splitlines())


def _read(file: str, chunk: str, line: int, harvest: Harvest) -> None:
    if is_template(chunk):
        harvest.unread["helm template"] += 1
        return
    try:
        document = read_document(chunk, line)
    except BrokenDocument as error:
        message = f"cannot be read: {error.problem}"
        harvest.faults.append(ReadFault("yaml-broken", file, error.line, message, _remedy(error.problem)))
        return
    before = len(harvest.manifests) + len(harvest.kustomizations)
    _recognise(file, document.value, harvest)
    if len(harvest.manifests) + len(harvest.kustomizations) > before:
        for twice in document.duplicates:
            message = f"{twice.key} is stated twice (first on line {twice.first_line}); the first value is thrown away"
            harvest.faults.append(ReadFault("duplicate-key", file, twice.line, message, "keep one of the two"))


def _remedy(problem: str) -> str:
    if "cannot start any token" in problem:
        return "YAML is indented with spaces, never with tabs; texts that begin with %, @ or ` need quotes"
    if "aliases expand" in problem or "nested deeper" in problem:
        return "write the values out; no manifest needs this"
    return "correct the YAML; everything else was still checked"


def _recognise(file: str, value: Any, harvest: Harvest) -> None:
    for _, found in objects_in(value):
        if found is None:
            harvest.unread["no Kubernetes object"] += 1
        elif found["apiVersion"].startswith(_KUSTOMIZE):
            harvest.unread["kustomization"] += 1
            harvest.kustomizations.append(Manifest(file, found))
        else:
            harvest.manifests.append(Manifest(file, found))


def objects_in(value: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any] | None]]:
    """Objects of a document, those of Lists one by one, with where they stand in it; `None` for what is no object."""
    kind, version = (value.get("kind"), value.get("apiVersion")) if isinstance(value, dict) else (None, None)
    if not isinstance(kind, str) or not isinstance(version, str) or not kind or not version:
        yield path, None
    elif (
        kind.endswith("List")
        and not version.startswith(_KUSTOMIZE)
        and isinstance(items := value.get("items"), Sequence)
    ):
        for position, item in enumerate(items):
            yield from objects_in(item, (*path, "items", position))
    else:
        yield path, value
