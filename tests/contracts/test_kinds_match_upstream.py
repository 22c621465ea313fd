"""The typed kinds against the CRDs of their projects: nothing made up, nothing missing, no value they refuse.

Upstream is the folder named by HEADWAY_UPSTREAM, or `shared` beside the repository; its `schemas/SOURCES.md`
says which release each schema came from.
"""

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from jsonschema import Draft7Validator

from headway.kinds import EVERY_KIND, NodePool, Resource, Spec, json_schema, schema_path
from unit.kinds.examples import EXAMPLES, named

Schema = dict[str, Any]
REPOSITORY = Path(__file__).parents[2]
UPSTREAM = Path(os.environ.get("HEADWAY_UPSTREAM", REPOSITORY.parent / "shared"))

needs_upstream = pytest.mark.skipif(
    not (UPSTREAM / "schemas").is_dir(),
    reason=f"no upstream schemas at {UPSTREAM}/schemas; set HEADWAY_UPSTREAM to the folder that has them",
)
every_kind = pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda kind: kind.kind)


@cache
def upstream_schema(kind: type[Resource]) -> Schema:
    schema: Schema = json.loads((UPSTREAM / "schemas" / schema_path(kind)).read_text())
    return schema


def upstream_scope(kind: type[Resource]) -> str:
    """`Cluster` or `Namespaced`, read from the head of the CRD without parsing megabytes of YAML."""
    group = kind.api_version.partition("/")[0]
    for file in (UPSTREAM / "crds" / group).glob("*.yaml"):
        text = file.read_text()
        if re.search(rf"^    kind: {kind.kind}$", text, re.MULTILINE):
            scope = re.search(r"^  scope: (\w+)$", text, re.MULTILINE)
            assert scope, f"{file} states no scope"
            return scope[1]
    raise AssertionError(f"no CRD of {kind.kind} in {UPSTREAM}/crds/{group}")


class Comparison:
    """Walks our schema and names every place where upstream would not accept what it allows."""

    def __init__(self, ours: Schema, theirs: Schema) -> None:
        self.roots = (ours, theirs)

    def drift(self) -> list[str]:
        return list(self._node(*self.roots, ""))

    def _node(self, ours: Schema, theirs: Schema, path: str) -> Iterator[str]:
        ours, theirs = _resolved(ours, self.roots[0]), _resolved(theirs, self.roots[1])
        if _is_open(theirs):
            return
        yield from _type_drift(ours, theirs, path)
        yield from _enum_drift(ours, theirs, path)
        yield from _limit_drift(ours, theirs, path)
        if "properties" in ours:
            yield from self._properties(ours, theirs, path)
        elif theirs.get("additionalProperties") is False and isinstance(ours.get("additionalProperties"), dict):
            yield f"{path}: ours is a map, upstream an object with fields"
        elif isinstance(theirs.get("additionalProperties"), dict):
            yield from self._node(ours.get("additionalProperties") or {}, theirs["additionalProperties"], f"{path}.*")
        if "items" in ours and "items" in theirs:
            yield from self._node(ours["items"], theirs["items"], f"{path}[]")

    def _properties(self, ours: Schema, theirs: Schema, path: str) -> Iterator[str]:
        values = theirs.get("additionalProperties")
        for name, schema in ours["properties"].items():
            upstream = theirs.get("properties", {}).get(name, values)
            if isinstance(upstream, dict):
                yield from self._node(schema, upstream, f"{path}.{name}")
            else:
                yield f"{path}.{name}: not a field upstream"
        for name in sorted(set(theirs.get("required", ())) - set(ours.get("required", ()))):
            yield f"{path}.{name}: required upstream, optional here"


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        schema = root["definitions"][schema["$ref"].rpartition("/")[2]]
    return schema


def _is_open(schema: Schema) -> bool:
    """Whether upstream takes anything here."""
    keep = schema.get("x-kubernetes-preserve-unknown-fields", False)
    return keep or not schema.keys() - {"description", "default"}


def _types(schema: Schema) -> set[str]:
    if "anyOf" in schema and "type" not in schema:
        return set().union(*(_types(option) for option in schema["anyOf"]))
    given = schema.get("type", [])
    types = {given} if isinstance(given, str) else set(given)
    return types | {"integer"} if "number" in types else types


def _type_drift(ours: Schema, theirs: Schema, path: str) -> Iterator[str]:
    wrong = _types(ours) - _types(theirs)
    if wrong and _types(theirs):
        yield f"{path}: ours is {sorted(wrong)}, upstream {sorted(_types(theirs))}"
    if not _types(ours):
        yield f"{path}: ours takes anything, upstream {sorted(_types(theirs))}"


def _values(schema: Schema) -> set[Any] | None:
    return {schema["const"]} if "const" in schema else set(schema["enum"]) if "enum" in schema else None


def _enum_drift(ours: Schema, theirs: Schema, path: str) -> Iterator[str]:
    mine, allowed = _values(ours), _values(theirs)
    if allowed is not None and mine is None:
        yield f"{path}: ours takes any text, upstream one of {sorted(allowed)}"
    if allowed is not None and mine is not None and mine - allowed:
        yield f"{path}: {sorted(mine - allowed)} is refused upstream, which takes {sorted(allowed)}"


def _limit_drift(ours: Schema, theirs: Schema, path: str) -> Iterator[str]:
    if _values(ours) is not None:
        return
    text = ("maxLength",) if _types(theirs) == {"string"} else ()  # Karpenter also has one on a list
    for limit in ("minimum", "minItems", "maximum", "maxItems", *text):
        if limit in theirs and (limit not in ours or _is_looser(limit, ours[limit], theirs[limit])):
            yield f"{path}: {limit} is {theirs[limit]} upstream, {ours.get(limit, 'missing')} here"


def _is_looser(limit: str, ours: int, theirs: int) -> bool:
    return ours < theirs if limit.startswith("min") else ours > theirs


@needs_upstream
@every_kind
def test_every_field_exists_upstream_with_a_type_and_values_it_accepts(kind: type[Resource]) -> None:
    assert Comparison(json_schema(kind), upstream_schema(kind)).drift() == []


@needs_upstream
@every_kind
def test_a_kind_is_cluster_scoped_exactly_when_upstream_says_so(kind: type[Resource]) -> None:
    assert kind.cluster_scoped == (upstream_scope(kind) == "Cluster")


@needs_upstream
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.kind)
def test_upstream_accepts_what_every_kind_writes(example: Resource) -> None:
    validator = Draft7Validator(upstream_schema(type(example)))
    assert [f"{e.json_path}: {e.message}" for e in validator.iter_errors(example.manifest())] == []


class FaultyTemplate(Spec):
    made_up: str


class FaultyDisruption(Spec):
    consolidation_policy: Literal["WhenIdle"]
    consolidate_after: int
    budgets: tuple[dict[str, str], ...]


class FaultySpec(Spec):
    template: FaultyTemplate
    weight: str | None = None
    disruption: FaultyDisruption | None = None


class FaultyNodePool(Resource):
    api_version: ClassVar[str] = NodePool.api_version
    kind: ClassVar[str] = NodePool.kind
    spec: FaultySpec


@pytest.fixture(scope="module")
def faults() -> list[str]:
    return Comparison(json_schema(FaultyNodePool), upstream_schema(NodePool)).drift()


@needs_upstream
@pytest.mark.parametrize(
    "fault",
    [
        ".spec.template.madeUp: not a field upstream",
        ".spec.template.spec: required upstream, optional here",
        ".spec.weight: ours is ['string'], upstream ['integer']",
        ".spec.disruption.consolidateAfter: ours is ['integer'], upstream ['string']",
        ".spec.disruption.budgets: maxItems is 50 upstream, missing here",
        ".spec.disruption.budgets[]: ours is a map, upstream an object with fields",
    ],
)
def test_a_made_up_missing_mistyped_or_unlimited_field_is_found(faults: list[str], fault: str) -> None:
    assert fault in faults


@needs_upstream
def test_a_value_that_upstream_refuses_is_found(faults: list[str]) -> None:
    assert any("['WhenIdle'] is refused upstream" in fault for fault in faults)


@needs_upstream
def test_upstream_refuses_an_object_with_a_made_up_field() -> None:
    faulty = FaultyNodePool(metadata=named("l4", None), spec=FaultySpec(template=FaultyTemplate(made_up="x")))
    assert not Draft7Validator(upstream_schema(NodePool)).is_valid(faulty.manifest())
