"""JSON documents of a checkpoint: an object, finite numbers, no key twice; anything else is a fault that says where."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from headway.recipes.model_analysis.faults import ModelFault, UnreadableModel, shown


def parse_config(text: bytes, place: str = "config.json") -> Mapping[str, Any]:
    """A checkpoint's `config.json`. Raises `UnreadableModel`."""
    return parse_object(text, place)


def parse_index(text: bytes, place: str) -> tuple[str, ...]:
    """The shards that a `*.safetensors.index.json` names, sorted. Raises `UnreadableModel`."""
    weight_map = parse_object(text, place).get("weight_map")
    if not isinstance(weight_map, dict) or not weight_map:
        raise UnreadableModel(
            [ModelFault(f"{place}: weight_map", f"{shown(weight_map)} names no shards", "map each tensor to its file")]
        )
    named = set(map(str, weight_map.values()))
    wrong = sorted(name for name in named if not is_shard_name(name))
    if wrong:
        raise UnreadableModel(
            ModelFault(f"{place}: weight_map", f"{shown(name)} is not a shard", "name *.safetensors files beside it")
            for name in wrong
        )
    return tuple(sorted(named))


def is_shard_name(name: str) -> bool:
    """Whether `name` is a safetensors file of the same folder; an index must not point anywhere else."""
    return name.endswith(".safetensors") and name.isprintable() and not set(name) & set("/\\")


def parse_object(text: bytes, place: str) -> dict[str, Any]:
    """The JSON object in `text`. Raises `UnreadableModel`."""
    try:
        found = json.loads(text.decode("utf-8-sig"), parse_constant=_not_finite, object_pairs_hook=_once)
    except UnicodeDecodeError as error:
        raise _unreadable(place, f"is not UTF-8 at byte {error.start}", "save it as UTF-8") from None
    except json.JSONDecodeError as error:
        wrong = f"line {error.lineno} column {error.colno} is not JSON: {error.msg}"
        raise _unreadable(place, wrong, "correct it, or fetch the file again") from None
    except RecursionError:
        raise _unreadable(place, "is nested too deeply", "fetch the file again") from None
    except ValueError as error:
        raise _unreadable(place, str(error), "write finite numbers, each key once") from None
    if not isinstance(found, dict):
        raise _unreadable(place, f"{shown(found)} is not an object", "the file begins with { and ends with }")
    return found


def _unreadable(place: str, problem: str, remedy: str) -> UnreadableModel:
    return UnreadableModel([ModelFault(place, problem, remedy)])


def _not_finite(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a finite number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Later keys would silently win."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"key {shown(key)} is there twice")
        found[key] = value
    return found
