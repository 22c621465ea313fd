"""JSON schemas of the kinds as kubeconform reads them: draft 7, closed, with apiVersion and kind pinned."""

from collections.abc import Iterable
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from headway.kinds.resource import Resource

DRAFT = "http://json-schema.org/draft-07/schema#"


class _Strict(GenerateJsonSchema):
    """Says what a manifest holds: no nulls, and every field that Headway always writes is required."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """A map whose keys and values are both checked; pydantic's own form lets a bad key carry anything."""
        found = super().dict_schema(schema)
        for pattern, values in found.pop("patternProperties", {}).items():
            found |= {"additionalProperties": values, "propertyNames": {"pattern": pattern}}
        return found

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False

    def field_is_required(self, field: Any, total: bool) -> bool:
        inner = field["schema"]
        always_written = inner["type"] == "default" and inner.get("default") is not None
        return always_written or super().field_is_required(field, total)


def json_schema(kind: type[Resource]) -> dict[str, Any]:
    """Strict draft-7 schema of one kind, with its parts under `definitions`."""
    schema = kind.model_json_schema(by_alias=True, ref_template="#/definitions/{model}", schema_generator=_Strict)
    definitions = {name: _untitled(part) for name, part in schema.pop("$defs", {}).items()}
    identity = {
        "apiVersion": {"type": "string", "enum": [kind.api_version]},
        "kind": {"type": "string", "enum": [kind.kind]},
    }
    return {
        "$schema": DRAFT,
        **_untitled(schema),
        "properties": identity | schema["properties"],
        "required": [*identity, *schema["required"]],
        "definitions": definitions,
    }


def schema_path(kind: type[Resource]) -> str:
    """Where kubeconform looks for it: `keda.sh/scaledobject_v1alpha1.json`."""
    group, _, version = kind.api_version.partition("/")
    return f"{group}/{kind.kind.lower()}_{version}.json"


def export_schemas(kinds: Iterable[type[Resource]]) -> dict[str, dict[str, Any]]:
    """Schema of each kind by the path it belongs at; writing the files is the caller's."""
    return {schema_path(kind): json_schema(kind) for kind in kinds}


def _untitled(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "title"}
