"""The gateway's API keys: fetched from AWS Secrets Manager into one Secret; Git holds only their name."""

from typing import ClassVar

from headway.constructs.gateway import KEYS_SECRET
from headway.constructs.part import ManifestChart, Part
from headway.constructs.references import Identity
from headway.domain.cluster import Cluster
from headway.kinds import (
    AwsProvider,
    ExternalSecret,
    ExternalSecretSpec,
    Metadata,
    RemoteRef,
    SecretData,
    SecretOwner,
    SecretProvider,
    SecretStore,
    SecretStoreRef,
    SecretStoreSpec,
)

REFRESH = "5m"
READER = ("external-secrets", "external-secrets")
"""Namespace and service account of the External Secrets operator: with Pod Identity it reads, not the namespace."""


class ApiKeys(Part):
    """A namespaced SecretStore and an ExternalSecret for `name:sha256` lines."""

    component: ClassVar[str] = "api-keys"

    def __init__(self, scope: Part | ManifestChart, id: str, namespace: str, cluster: Cluster) -> None:
        super().__init__(scope, id, instance=KEYS_SECRET)
        remote = f"headway/{self.chart.environment}/gateway-api-keys"
        self.identity = Identity(
            *READER,
            ("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"),
            (f"arn:aws:secretsmanager:{cluster.region}:{cluster.account_id}:secret:{remote}-*",),
        )
        self.add(
            SecretStore(
                metadata=Metadata(name=KEYS_SECRET, namespace=namespace),
                spec=SecretStoreSpec(provider=SecretProvider(aws=AwsProvider(region=cluster.region))),
            )
        )
        self.add(
            ExternalSecret(
                metadata=Metadata(name=KEYS_SECRET, namespace=namespace),
                spec=ExternalSecretSpec(
                    refresh_interval=REFRESH,
                    secret_store_ref=SecretStoreRef(name=KEYS_SECRET),
                    target=SecretOwner(name=KEYS_SECRET, creation_policy="Owner", deletion_policy="Retain"),
                    data=(SecretData(secret_key="keys", remote_ref=RemoteRef(key=remote)),),  # noqa: S106
                ),
            )
        )
