"""A bucket on loopback for measurements of surveys."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from headway_gateway.settings import Settings
from s3 import ENVIRONMENT, S3, bucket, moto

STORAGE_SECONDS = 4.0


@contextmanager
def store() -> Iterator[tuple[S3, Settings]]:
    """The bucket behind its proxy, and settings of a gateway that keeps answers there."""
    os.environ.update(ENVIRONMENT)
    with moto() as server, bucket(server) as s3:
        yield s3, Settings(responses_bucket=s3.bucket, s3_endpoint=s3.endpoint, storage_timeout_seconds=STORAGE_SECONDS)
