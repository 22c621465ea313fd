"""keda.sh TriggerAuthentication: credentials for a trigger."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from headway.kinds.resource import ObjectName, Resource, Spec


class PodIdentity(Spec):
    """The identity KEDA's own pods carry."""

    provider: Literal["aws", "none"]
    """`aws` covers EKS Pod Identity and IRSA."""
    identity_owner: Literal["keda", "workload"] | None = None
    """Whose role is used; KEDA takes its own."""
    role_arn: str | None = None
    """Role to assume from there."""


class SecretTarget(Spec):
    """One parameter of the trigger, read from a Secret."""

    parameter: Annotated[str, Field(min_length=1)]
    """Name the scaler gives it (`bearerToken`)."""
    name: ObjectName
    """The Secret."""
    key: Annotated[str, Field(min_length=1)]
    """Key in the Secret."""


class TriggerAuthenticationSpec(Spec):
    """At least one source of credentials."""

    pod_identity: PodIdentity | None = None
    secret_target_ref: Annotated[tuple[SecretTarget, ...], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.pod_identity is None and self.secret_target_ref is None:
            raise ValueError("no credentials; give podIdentity or secretTargetRef")
        return self


class TriggerAuthentication(Resource):
    """Credentials that triggers in the same namespace name in `authenticationRef`."""

    api_version = "keda.sh/v1alpha1"
    kind = "TriggerAuthentication"

    spec: TriggerAuthenticationSpec
