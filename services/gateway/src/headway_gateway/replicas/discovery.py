"""Keeps the directory as the world is: from the upstreams file, or from the cluster's EndpointSlices."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from headway.domain.gateway_settings import ReplicaSettings
from headway_gateway.front.sweep import Sweep
from headway_gateway.replicas.directory import Directory
from headway_gateway.replicas.upstreams_file import BadUpstreams, found_in, read_upstreams
from headway_gateway.watched_file import WatchedFile

if TYPE_CHECKING:
    from headway_gateway.replicas.endpoint_slices import EndpointSlices

log = structlog.get_logger()


@contextlib.asynccontextmanager
async def discovery(settings: ReplicaSettings, directory: Directory, sweep: Sweep) -> AsyncIterator[None]:
    """Discover while the block runs. Raises `BadUpstreams` when the file cannot be used at the start."""
    path = settings.upstreams_file
    if path is None:
        raise BadUpstreams("no upstreams file is given; start with --upstreams FILE")
    slices = _endpoint_slices(directory) if settings.discovery == "endpointslices" else None
    listener = _FileReader(path, directory, slices)
    listener.read()
    sweep.every_round(listener.look)
    if slices is None:
        yield
        return
    async with slices.watching():
        yield


def _endpoint_slices(directory: Directory) -> "EndpointSlices":
    # Imported only in a cluster: the client library takes a second and 60 MB of every start.
    from headway_gateway.replicas.endpoint_slices import EndpointSlices

    return EndpointSlices(directory)


class _FileReader:
    """Reads the file when it changes; a broken one is logged and the last good one holds."""

    def __init__(self, path: Path, directory: Directory, slices: "EndpointSlices | None") -> None:
        self._file = WatchedFile(path)
        self._directory = directory
        self._slices = slices

    def read(self) -> None:
        entries = read_upstreams(self._file.path)
        if self._slices is None:
            self._directory.replace(found_in(entries))
        else:
            self._slices.services(entries)

    def look(self, _now: float) -> None:
        if not self._file.changed():
            return
        try:
            self.read()
        except BadUpstreams as error:
            log.error("upstreams_not_reloaded", fault=str(error))
