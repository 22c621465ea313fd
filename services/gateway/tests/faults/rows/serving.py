"""The gateway in front of both scripted servers, for measurements of more than one row."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from faults.backend import Fleet
from faults.gateway import GatewayProcess, gateway

PLENTY = 10_000_000


@contextmanager
def serving(
    servers: Fleet, models: Sequence[tuple[str, Sequence[str]]] = (), *, keys: str | None = None, **settings: object
) -> Iterator[GatewayProcess]:
    """`tiny` is served by the first, `pair` by both, unless `models` says otherwise; no limit is in the way."""
    urls = [server.url for server in servers.servers]
    limits: dict[str, object] = {
        "request_burst": PLENTY,
        "token_burst": 10**12,
        "max_streams_per_client": 100_000,
        "ejection_failures": 100,
    }
    entries = models or [("tiny", urls[:1]), ("pair", urls)]
    with (
        tempfile.TemporaryDirectory() as folder,
        gateway(Path(folder), entries, keys=keys, **limits | settings) as running,
    ):
        yield running


def resident_bytes(running: GatewayProcess) -> int:
    """Of all its processes together."""
    return sum(int(each.memory_info().rss) for each in (running.system, *running.system.children(recursive=True)))


def open_files(running: GatewayProcess) -> int:
    """Of all its processes together."""
    return sum(each.num_fds() for each in (running.system, *running.system.children(recursive=True)))
