from typing import Any

import pytest
from jsonschema import Draft7Validator

from headway import kinds
from headway.kinds import EVERY_KIND, NodePool, ScaledObject, export_schemas, json_schema, schema_path
from unit.kinds.examples import EXAMPLES, a_node_pool, a_scaled_object

every_kind = pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda kind: kind.kind)


def objects_in(schema: Any):
    if isinstance(schema, dict):
        if "properties" in schema and schema.get("type") == "object":
            yield schema
        for value in schema.values():
            yield from objects_in(value)
    elif isinstance(schema, list):
        for item in schema:
            yield from objects_in(item)


@every_kind
def test_every_schema_is_draft_7_and_closed(kind) -> None:
    schema = json_schema(kind)
    Draft7Validator.check_schema(schema)
    assert all(part["additionalProperties"] is False for part in objects_in(schema))


@every_kind
def test_no_schema_takes_null_because_no_manifest_holds_one(kind) -> None:
    assert "null" not in str(json_schema(kind))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.kind)
def test_a_schema_accepts_what_its_kind_writes(example) -> None:
    Draft7Validator(json_schema(type(example))).validate(example.manifest())


def is_valid(kind: type[kinds.Resource], manifest: dict[str, Any]) -> bool:
    return Draft7Validator(json_schema(kind)).is_valid(manifest)


def test_a_schema_pins_version_and_kind() -> None:
    manifest = a_node_pool().manifest()
    assert not is_valid(NodePool, manifest | {"apiVersion": "karpenter.sh/v1beta1"})
    assert not is_valid(NodePool, {key: manifest[key] for key in ("apiVersion", "metadata", "spec")})


def test_a_schema_refuses_a_bad_label_key() -> None:
    manifest = a_node_pool().manifest()
    manifest["metadata"]["labels"] = {"no spaces": "x"}
    assert not is_valid(NodePool, manifest)


def test_a_schema_refuses_a_target_that_is_no_whole_number() -> None:
    manifest = a_scaled_object().manifest()
    manifest["spec"]["advanced"]["scalingModifiers"]["target"] = "25.0"
    assert not is_valid(ScaledObject, manifest)


def test_fields_that_headway_always_writes_are_required() -> None:
    manifest = a_node_pool().manifest()
    del manifest["spec"]["template"]["spec"]["nodeClassRef"]["group"]
    assert not is_valid(NodePool, manifest)


def test_field_docstrings_become_descriptions() -> None:
    part = json_schema(ScaledObject)["definitions"]["Trigger"]["properties"]["metadata"]
    assert part["description"].startswith("Settings of the scaler.")


def test_schemas_are_exported_where_kubeconform_looks() -> None:
    exported = export_schemas(EVERY_KIND)
    assert schema_path(ScaledObject) == "keda.sh/scaledobject_v1alpha1.json"
    assert set(exported) == {schema_path(kind) for kind in EVERY_KIND}
    assert len(exported) == len(EVERY_KIND)
