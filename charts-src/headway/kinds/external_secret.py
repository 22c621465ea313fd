"""external-secrets.io ExternalSecret: a Secret kept in step with an entry of a store."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from headway.kinds.durations import GoDuration
from headway.kinds.resource import ObjectName, Resource, Spec

SecretKey = Annotated[str, Field(max_length=253, pattern=r"^[-._a-zA-Z0-9]+$")]


class SecretStoreRef(Spec):
    """The store to read from."""

    name: ObjectName
    kind: Literal["SecretStore", "ClusterSecretStore"] = "SecretStore"


class RemoteRef(Spec):
    """An entry of the store."""

    key: Annotated[str, Field(min_length=1)]
    """Name of the entry."""
    property: str | None = None
    """Field of an entry that is JSON; left out takes it whole."""
    version: str | None = None
    """Left out: the current one."""


class SecretData(Spec):
    """One key of the Secret."""

    secret_key: SecretKey
    remote_ref: RemoteRef


class SecretDataFrom(Spec):
    """Every field of an entry that is JSON."""

    extract: RemoteRef


class SecretOwner(Spec):
    """The Secret that is written."""

    name: ObjectName | None = None
    """Left out: the ExternalSecret's own name."""
    creation_policy: Literal["Owner", "Orphan", "Merge", "None"] | None = None
    deletion_policy: Literal["Delete", "Merge", "Retain"] | None = None
    """What happens when the entry is gone; the operator takes `Retain`."""


class ExternalSecretSpec(Spec):
    """Which entries become which keys."""

    refresh_interval: GoDuration
    secret_store_ref: SecretStoreRef
    target: SecretOwner | None = None
    data: tuple[SecretData, ...] | None = None
    data_from: tuple[SecretDataFrom, ...] | None = None

    @model_validator(mode="after")
    def _reads_something(self) -> Self:
        if not self.data and not self.data_from:
            raise ValueError("no data and no dataFrom; the Secret would be empty")
        return self


class ExternalSecret(Resource):
    """A Secret kept in step with a store."""

    api_version = "external-secrets.io/v1"
    kind = "ExternalSecret"

    spec: ExternalSecretSpec
