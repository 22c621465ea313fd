"""Puts the marker of an unstated fact where a fork has not stated it yet."""

import typing
from dataclasses import replace
from typing import Any

from pydantic.fields import FieldInfo

from headway.domain.environment import EnvironmentSpec
from headway.domain.fact import ForkFact, marker
from headway.domain.noun import Noun
from headway.environments.source import Located


def open_facts(tree: Located, image_keys: tuple[str, ...]) -> tuple[Located, tuple[str, ...]]:
    """The tree with markers in place of unstated facts, and their paths, sorted."""
    found: list[str] = []
    filled = _filled(EnvironmentSpec, _with_image_keys(tree, image_keys), (), found)
    return filled, tuple(sorted(found))


def _with_image_keys(tree: Located, keys: tuple[str, ...]) -> Located:
    cluster = tree.value.get("cluster", Located({}, tree.origin))
    if not cluster.is_mapping:
        return tree
    images = cluster.value.get("images", Located({}, cluster.origin))
    if not images.is_mapping:
        return tree
    every = {key: Located({}, images.origin) for key in keys} | images.value
    cluster = replace(cluster, value={**cluster.value, "images": replace(images, value=every)})
    return replace(tree, value={**tree.value, "cluster": cluster})


def _filled(noun: type[Noun], tree: Located, path: tuple[str, ...], found: list[str]) -> Located:
    if not tree.is_mapping:
        return tree
    children = dict(tree.value)
    for name, field in noun.model_fields.items():
        here = (*path, name)
        if name not in children and (many := fact_in(field)) is not None:
            found.append(".".join(here))
            text = marker(found[-1])
            children[name] = Located([text] if many else text, tree.find((name,)).origin)
        elif inner := _noun(field.annotation):
            children[name] = _filled(inner, children.get(name, Located({}, tree.find((name,)).origin)), here, found)
        elif (inner := _noun_in_mapping(field.annotation)) and name in children and children[name].is_mapping:
            below = {key: _filled(inner, child, (*here, key), found) for key, child in children[name].value.items()}
            children[name] = replace(children[name], value=below)
        if name in children and children[name].value == {} and not field.is_required():
            del children[name]
    return replace(tree, value=children)


def fact_in(field: FieldInfo) -> bool | None:
    """`False` for one fact, `True` for a list of them, `None` for anything else."""
    if any(isinstance(part, ForkFact) for part in field.metadata):
        return False
    args = typing.get_args(field.annotation)
    if args and any(isinstance(part, ForkFact) for part in getattr(args[0], "__metadata__", ())):
        return True
    return None


def _noun(annotation: Any) -> type[Noun] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, Noun) else None


def _noun_in_mapping(annotation: Any) -> type[Noun] | None:
    if typing.get_origin(annotation) is dict:
        return _noun(typing.get_args(annotation)[1])
    return None
