"""S3 through obstore, the same on AWS and on any server that speaks its API.

Credentials come from the environment as AWS's own tools read them: static keys, EKS Pod Identity
(`AWS_CONTAINER_CREDENTIALS_FULL_URI` with `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`, read anew at each refresh), the
roles of ECS and EC2. obstore speaks Pod Identity itself since its pull request 688, so that boto3 is not needed.

Its own retries are off: ten tries in three minutes by default, and they hide whether a lost reply was a success.
SHA-256 checksums are on: a bucket with object lock refuses a write without one, and S3 refuses a torn one with it.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from obstore.store import S3Store

from headway.domain.gateway_settings import StorageSettings
from headway_gateway.metrics import Metrics
from headway_gateway.storage.attempts import one_call_seconds
from headway_gateway.storage.objects import Objects

if TYPE_CHECKING:  # these exist for type checkers alone
    from obstore.store import ClientConfig, RetryConfig, S3Config

CONNECT_SECONDS = 2.0


def open_objects(settings: StorageSettings, metrics: Metrics) -> Objects | None:
    """The bucket of the settings, or None where none is named; nothing is asked of it yet."""
    if settings.responses_bucket is None:
        return None
    within = settings.storage_timeout_seconds
    store = _store(settings.responses_bucket, settings.s3_endpoint, one_call_seconds(within))
    return Objects(store, within, metrics)


def _store(bucket: str, endpoint: str | None, call_seconds: float) -> S3Store:
    config: S3Config = {"checksum_algorithm": "sha256", "conditional_put": "etag"}
    if endpoint is not None:
        config["endpoint"] = endpoint
    client: ClientConfig = {
        "allow_http": endpoint is not None and endpoint.startswith("http://"),
        "connect_timeout": timedelta(seconds=min(CONNECT_SECONDS, call_seconds)),
        "timeout": timedelta(seconds=call_seconds),
    }
    retries: RetryConfig = {"max_retries": 0, "retry_timeout": timedelta(seconds=call_seconds)}
    return S3Store(bucket, config=config, client_options=client, retry_config=retries)
