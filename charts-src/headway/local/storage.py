"""The S3 API of a run: moto's server, whose buckets live in its memory and end with it."""

import importlib.util
import re
import sys

from headway.local.faults import CannotRun
from headway.local.http import fetch
from headway.local.kept import Keep
from headway.local.probes import Probe, Probes

PROBES = Probes(startup=Probe("/moto-api/", failure_threshold=6), readiness=Probe("/moto-api/"), liveness=None)
"""No manifest states any: in a cluster S3 is a service of the cloud."""
BUCKET = "headway-responses"
_KEYS = re.compile(rb"<KeyCount>(\d+)</KeyCount>")
_TRUNCATED = b"<IsTruncated>true"
_NEXT = re.compile(rb"<NextContinuationToken>([^<]+)<")


def storage_kept(endpoint: str, port: int) -> Keep:
    """The server as a process that is kept, with its bucket after every start. Raises `CannotRun`."""
    return Keep("s3", storage_command(port), endpoint, PROBES, born=lambda: make_bucket(endpoint))


def storage_command(port: int) -> tuple[str, ...]:
    """The server on loopback. Raises `CannotRun` where it is not installed."""
    if importlib.util.find_spec("moto") is None or importlib.util.find_spec("flask") is None:
        raise CannotRun("moto's S3 server is not installed", "make setup installs it; or pip install 'headway[local]'")
    return (sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port))


async def make_bucket(endpoint: str) -> None:
    """Makes the responses' bucket; one that is there already stays. Raises `CannotRun`."""
    status, body = await fetch(f"{endpoint}/{BUCKET}", method="PUT", seconds=10)
    if status not in (200, 409):
        raise CannotRun(f"the S3 API refuses a bucket: {status} {body[:200]!r}", "look at logs/s3.log of the run")


async def stored_answers(endpoint: str) -> int | None:
    """Survey answers in the bucket; `None` where it does not answer."""
    count, token = 0, ""
    while True:
        status, body = await fetch(f"{endpoint}/{BUCKET}?list-type=2&prefix=surveys/answers/{token}")
        found = _KEYS.search(body)
        if status != 200 or found is None:
            return None
        count += int(found[1])
        following = _NEXT.search(body)
        if _TRUNCATED not in body or following is None:
            return count
        token = f"&continuation-token={following[1].decode()}"
