"""Reads the shipped engines' contracts from `engines.yaml`, each fault with the line it stands on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any

import yaml
from pydantic import ValidationError
from yaml.nodes import MappingNode, Node

from headway.domain.engine import EngineContract
from headway.domain.fault import Fault, did_you_mean

FILE = "engines.yaml"


@dataclass(frozen=True)
class Contracts:
    """The contracts that could be built, by name, and what is wrong with the others."""

    by_name: Mapping[str, EngineContract]
    lines: Mapping[str, int]
    """Line that each one begins on."""
    faults: tuple[Fault, ...]


def read_contracts(directory: Traversable) -> Contracts:
    """The contracts of a folder's `engines.yaml`."""
    try:
        text = (directory / FILE).read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except FileNotFoundError:
        return Contracts({}, {}, (Fault(FILE, 1, "file", "is not there", "write it with one contract an engine"),))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        wrong = f"is not YAML: {getattr(error, 'problem', error)}"
        return Contracts({}, {}, (Fault(FILE, mark.line + 1 if mark else 1, "file", wrong, "correct the line"),))
    if not isinstance(root, MappingNode) or not isinstance(data, dict):
        return Contracts(
            {}, {}, (Fault(FILE, 1, "file", "is not a mapping", "write one contract under each engine's name"),)
        )
    built: dict[str, EngineContract] = {}
    faults: list[Fault] = []
    for name, terms in data.items():
        try:
            built[str(name)] = EngineContract.model_validate({**(terms or {}), "name": str(name)})
        except ValidationError as error:
            faults.extend(_faults(str(name), error, root))
    return Contracts(built, {name: _line(root, [name]) for name in built}, tuple(faults))


def _faults(name: str, error: ValidationError, root: Node) -> Iterator[Fault]:
    for entry in error.errors(include_url=False):
        steps = [name, *(str(step) for step in entry["loc"] if step != "[key]")]
        yield Fault(FILE, _line(root, steps), ".".join(steps), *_wording(entry))


def _wording(entry: Mapping[str, Any]) -> tuple[str, str]:
    if entry["type"] == "missing":
        return "is missing", "every contract needs it"
    if entry["type"] == "extra_forbidden":
        key = str(entry["loc"][-1])
        return f"unknown key {key!r}", did_you_mean(key, list(EngineContract.model_fields))
    problem, _, remedy = str(entry.get("ctx", {}).get("error", entry["msg"])).partition("; ")
    return problem, remedy or "write what the engine's documentation says"


def _line(node: Node, steps: list[str]) -> int:
    """Line of the value at a path, or of the nearest one above it."""
    line = node.start_mark.line + 1
    for step in steps:
        if not isinstance(node, MappingNode):
            break
        found = next(((key, value) for key, value in node.value if key.value == step), None)
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return int(line)
