"""external-secrets.io SecretStore: AWS Secrets Manager, reached with the pod's identity."""

from typing import Annotated, Literal

from pydantic import Field

from headway.kinds.resource import ObjectName, Resource, Spec


class ServiceAccountRef(Spec):
    """A service account of the store's namespace."""

    name: ObjectName
    audiences: tuple[str, ...] | None = None


class JwtAuth(Spec):
    """A token of a service account that has an IAM role (IRSA)."""

    service_account_ref: ServiceAccountRef


class AwsAuth(Spec):
    """How to authenticate. Leave the whole block out for EKS Pod Identity."""

    jwt: JwtAuth | None = None


class AwsProvider(Spec):
    """One region of AWS Secrets Manager."""

    service: Literal["SecretsManager", "ParameterStore"] = "SecretsManager"
    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
    role: str | None = None
    """Role to assume from the operator's own identity."""
    auth: AwsAuth | None = None
    """Left out: the operator's Pod Identity."""


class SecretProvider(Spec):
    """Where secrets are kept."""

    aws: AwsProvider


class SecretStoreSpec(Spec):
    """One provider."""

    provider: SecretProvider


class SecretStore(Resource):
    """A place that ExternalSecrets of the namespace read from."""

    api_version = "external-secrets.io/v1"
    kind = "SecretStore"

    spec: SecretStoreSpec
