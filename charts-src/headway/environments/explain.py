"""Where a value comes from and what it means: the rows behind `headway explain`."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from headway.domain.environment import EnvironmentSpec
from headway.domain.fact import is_unresolved
from headway.domain.fault import Fault, did_you_mean
from headway.environments.describe import field_at, unit_of
from headway.environments.faults import EnvironmentFaults
from headway.environments.loader import Environment, split_path
from headway.environments.source import Located

DEFAULT = "default"
UNRESOLVED = "not stated yet"


@dataclass(frozen=True)
class Explained:
    """One value of an environment: what it is, who said so, in which unit, and what it means."""

    path: str
    value: Any
    origin: str
    """`file:line`, `default`, or `not stated yet`."""
    unit: str
    meaning: str


def explain(environment: Environment, key: str = "") -> list[Explained]:
    """Every value at or below `key`, in the order of the model. Raises `EnvironmentFaults` for a key that is not there."""
    path = split_path(environment.tree, key)
    here: Any = environment.spec
    for depth, step in enumerate(path):
        children = _children(here)
        if step not in children:
            where = ".".join(path[:depth]) or environment.spec.name
            problem = f"no key {step!r} in {where}"
            raise EnvironmentFaults(
                [Fault(environment.tree.origin.file, 1, key, problem, did_you_mean(step, list(children)))]
            )
        here = children[step]
    return list(_rows(environment, path, here))


def _rows(environment: Environment, path: tuple[str, ...], value: Any) -> list[Explained]:
    children = _children(value)
    if not children:
        return [_row(environment, path, value)]
    return [row for key, child in children.items() for row in _rows(environment, (*path, key), child)]


def _row(environment: Environment, path: tuple[str, ...], value: Any) -> Explained:
    field = field_at(EnvironmentSpec, path)
    meaning = (field.description or "") if field else ""
    unit = unit_of(field) if field else ""
    return Explained(".".join(path), value, _origin(environment.tree, path, value), unit, meaning.replace("\n", " "))


def _origin(tree: Located, path: tuple[str, ...], value: Any) -> str:
    texts = value if isinstance(value, tuple) else (value,)
    if any(isinstance(text, str) and is_unresolved(text) for text in texts):
        return UNRESOLVED
    here = tree
    for step in path:
        if not here.is_mapping or step not in here.value:
            return DEFAULT
        here = here.value[step]
    return str(here.origin)


def _children(value: Any) -> dict[str, Any]:
    if isinstance(value, BaseModel):
        return {name: getattr(value, name) for name in type(value).model_fields}
    return value if isinstance(value, dict) else {}
