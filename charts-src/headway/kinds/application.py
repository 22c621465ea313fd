"""argoproj.io Application: one folder of Git, applied to one place."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from headway.kinds.application_source import ApplicationSource
from headway.kinds.resource import Resource, Spec
from headway.kinds.sync_policy import SyncPolicy

IN_CLUSTER = "https://kubernetes.default.svc"


class Destination(Spec):
    """Cluster and namespace."""

    server: str = IN_CLUSTER
    """Address of the API server; the default is the cluster Argo CD runs in."""
    namespace: str | None = None
    """For objects that state none."""


class IgnoreDifferences(Spec):
    """Fields that others own."""

    group: str | None = None
    """API group; left out for the core group."""
    kind: str
    name: str | None = None
    namespace: str | None = None
    json_pointers: tuple[str, ...] | None = None
    jq_path_expressions: tuple[str, ...] | None = None
    managed_fields_managers: tuple[str, ...] | None = None
    """Managers whose fields are ignored, by the name server-side apply records."""


class Info(Spec):
    """A line on the Application's page."""

    name: str
    value: str


class ApplicationSpec(Spec):
    """What, where and how."""

    project: Annotated[str, Field(min_length=1)]
    source: ApplicationSource | None = None
    sources: Annotated[tuple[ApplicationSource, ...], Field(min_length=1)] | None = None
    """Several sources in one Application, instead of `source`."""
    destination: Destination
    sync_policy: SyncPolicy | None = None
    ignore_differences: tuple[IgnoreDifferences, ...] | None = None
    revision_history_limit: Annotated[int, Field(ge=0)] | None = None
    """Past syncs kept for rollback (Argo CD: 10)."""
    info: tuple[Info, ...] | None = None

    @model_validator(mode="after")
    def _source_or_sources(self) -> Self:
        if (self.source is None) == (self.sources is None):
            raise ValueError("give exactly one of source and sources")
        return self


class Application(Resource):
    """One folder of Git, applied to one place."""

    api_version = "argoproj.io/v1alpha1"
    kind = "Application"

    spec: ApplicationSpec
