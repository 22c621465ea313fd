"""What every custom resource has in common: strict fields, camelCase on the way out, lawful metadata."""

from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

ObjectName = Annotated[
    str, Field(max_length=253, pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
]
NamespaceName = Annotated[str, Field(max_length=63, pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")]
QualifiedName = Annotated[
    str,
    Field(
        max_length=316,
        pattern=(
            r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
            r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"
        ),
    ),
]
LabelValue = Annotated[str, Field(max_length=63, pattern=r"^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$")]
Labels = dict[QualifiedName, LabelValue]
Annotations = dict[QualifiedName, str]


class Spec(BaseModel):
    """A frozen part of a resource. Fields that are `None` are not written; everything else is."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        serialize_by_alias=True,
        use_attribute_docstrings=True,
    )


class Metadata(Spec):
    """The part of ObjectMeta that a manifest in Git states."""

    name: ObjectName
    namespace: NamespaceName | None = None
    """Where a namespaced kind lives; cluster-scoped kinds refuse it."""
    labels: Labels | None = None
    annotations: Annotations | None = None
    finalizers: tuple[QualifiedName, ...] | None = None
    """What must happen before the object goes; Argo CD's `resources-finalizer.argocd.argoproj.io`
    takes with it what an Application made."""


class Resource(Spec):
    """One custom resource. A kind sets `api_version`, `kind` and the type of `spec`."""

    api_version: ClassVar[str]
    kind: ClassVar[str]
    cluster_scoped: ClassVar[bool] = False

    metadata: Metadata
    spec: Spec

    @model_validator(mode="after")
    def _namespace_only_where_there_is_one(self) -> Self:
        if self.cluster_scoped and self.metadata.namespace is not None:
            raise ValueError(
                f"{self.kind} {self.metadata.name} has namespace {self.metadata.namespace}; "
                f"{self.kind} is cluster-scoped: leave the namespace out"
            )
        return self

    def manifest(self) -> dict[str, Any]:
        """The object as plain JSON values, in the order people read it."""
        body = self.model_dump(mode="json", exclude_none=True)
        return {"apiVersion": self.api_version, "kind": self.kind, **body}
