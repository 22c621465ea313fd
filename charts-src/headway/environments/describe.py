"""What a key of an environment means: its field, description and unit, read from the domain models."""

import typing
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from headway.domain.noun import Unit


def field_at(model: type[BaseModel], keys: tuple[str, ...]) -> FieldInfo | None:
    """The field that a path of keys names, or `None`. A key of a mapping or list names its entry."""
    field: FieldInfo | None = None
    here: Any = model
    for key in keys:
        if (entry := _entry(here, key)) is not None:
            here = entry
            continue
        owner = model_in(here)
        if owner is None or key not in owner.model_fields:
            return None
        field = owner.model_fields[key]
        here = field.annotation
    return field


def model_at(model: type[BaseModel], keys: tuple[str, ...]) -> type[BaseModel] | None:
    """The model whose fields may stand below a path of keys, or `None` where a value stands."""
    here: Any = model
    for key in keys:
        if (entry := _entry(here, key)) is not None:
            here = entry
            continue
        owner = model_in(here)
        if owner is None or key not in owner.model_fields:
            return None
        here = owner.model_fields[key].annotation
    return model_in(here)


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model an annotation is, or holds as an optional value or list entry."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in typing.get_args(annotation):
        if typing.get_origin(annotation) is not dict and (found := model_in(part)):
            return found
    return None


def _entry(annotation: Any, key: str) -> Any:
    """What stands at a key of a mapping, or at a place in a list; `None` for anything else."""
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is dict:
        return args[1]
    return args[0] if origin is tuple and key.isdigit() else None


def unit_of(field: FieldInfo) -> str:
    """The unit of a field's numbers, or an empty text."""
    return next((part.name for part in _metadata(field) if isinstance(part, Unit)), "")


def _metadata(field: FieldInfo) -> list[Any]:
    found = list(field.metadata)
    pending = [field.annotation]
    while pending:
        annotation = pending.pop()
        found.extend(getattr(annotation, "__metadata__", ()))
        pending.extend(part for part in typing.get_args(annotation) if not isinstance(part, str))
    return found
