"""Objects that are written once: a write says whether it stored, found its own bytes, or found other ones.

A write whose reply is lost may have stored. It is sent again with the same condition (`If-None-Match: *`): 412 then
means that the key is taken, and reading it back tells whether by these very bytes. Nothing here says "stored" on a
guess: what is not confirmed inside the bound is `StorageUnavailable`, and the caller may try again with the same key.

A key may hold the id of a person's answer. Neither keys nor contents nor the store's messages, which repeat keys,
are logged or put into an error.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Literal, TypeVar

import structlog
from obstore.exceptions import AlreadyExistsError, BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from headway_gateway.errors import StorageUnavailable
from headway_gateway.metrics import Metrics
from headway_gateway.storage.attempts import Tries

Outcome = Literal["stored", "same", "different"]
STORED: Outcome = "stored"
SAME: Outcome = "same"
DIFFERENT: Outcome = "different"

Operation = Literal["put", "get", "list"]
T = TypeVar("T")

PAGE_KEYS = 1000
"""Keys in one answer of S3, its own bound."""
MAX_LISTED = 200_000
"""Most keys of one listing: 200 pages, some 20 MB while they are held."""
RETRY_AFTER_SECONDS = 2
REFUSED = (PermissionDeniedError, UnauthenticatedError)
UNCERTAIN = (BaseError, OSError)
"""OSError is also what obstore makes of 404, and what a bound raises when it is over."""
LAST_READ_SHARE = 0.2
"""Share of a write's time that is kept for reading back what no reply confirmed."""

log = structlog.get_logger(__name__)


class Objects:
    """One bucket. Every method returns or raises `StorageUnavailable` within `within_seconds`, retries included."""

    def __init__(self, store: S3Store, within_seconds: float, metrics: Metrics) -> None:
        self._store = store
        self._within_seconds = within_seconds
        self._metrics = metrics

    async def create(self, key: str, body: bytes, attributes: Mapping[str, str]) -> Outcome:
        """Write the object unless the key is taken; `attributes` are a content type and the object's metadata."""
        last_read_seconds = self._within_seconds * LAST_READ_SHARE
        tries = Tries(self._within_seconds - last_read_seconds)
        reason = "timeout"
        while await tries.another():
            try:
                await self._call("put", tries.bound(), partial(self._put, key, body, attributes))
                return STORED
            except AlreadyExistsError:
                # 412, or 409 of a write racing this one: only what can be read tells them apart.
                reason, found = "taken", await self._read_back(key, tries.bound())
                if found is not None:
                    return SAME if found == body else DIFFERENT
            except REFUSED as error:
                raise _unavailable("put", type(error).__name__) from None
            except UNCERTAIN as error:
                reason = type(error).__name__
        if await self._read_back(key, last_read_seconds) == body:
            return SAME
        raise _unavailable("put", reason)

    async def get(self, key: str) -> bytes | None:
        """The object's content; None where there is none."""
        return await self._until_known("get", partial(self._read, key))

    async def keys(self, prefix: str) -> list[str]:
        """Every key under `prefix/`, in S3's order (by byte); the bound holds for each page of 1,000."""
        found: list[str] = []
        while True:
            last = found[-1] if found else None
            page = await self._until_known("list", partial(self._page, prefix, last))
            found += page
            if len(page) < PAGE_KEYS:
                return found
            if len(found) >= MAX_LISTED:
                raise _unavailable("list", "too many objects")

    async def _until_known(self, operation: Operation, once: Callable[[], Awaitable[T]]) -> T:
        tries = Tries(self._within_seconds)
        reason = "timeout"
        while await tries.another():
            try:
                return await self._call(operation, tries.bound(), once)
            except REFUSED as error:
                raise _unavailable(operation, type(error).__name__) from None
            except UNCERTAIN as error:
                reason = type(error).__name__
        raise _unavailable(operation, reason)

    async def _read_back(self, key: str, seconds: float) -> bytes | None:
        try:
            return await self._call("get", seconds, partial(self._read, key))
        except UNCERTAIN:
            return None

    async def _call(self, operation: Operation, seconds: float, once: Callable[[], Awaitable[T]]) -> T:
        with self._metrics.storage.labels(operation).time():
            async with asyncio.timeout(seconds):
                return await once()

    async def _put(self, key: str, body: bytes, attributes: Mapping[str, str]) -> None:
        await self._store.put_async(key, body, attributes=dict(attributes), mode="create", use_multipart=False)

    async def _read(self, key: str) -> bytes | None:
        try:
            answer = await self._store.get_async(key)
        except FileNotFoundError:
            return None
        return bytes(await answer.bytes_async())

    async def _page(self, prefix: str, after: str | None) -> list[str]:
        # A listing begun anew after the last key seen, so that one failed page never costs those before it.
        async for page in self._store.list(prefix, offset=after, chunk_size=PAGE_KEYS):
            return [item["path"] for item in page]
        return []


def _unavailable(operation: Operation, reason: str) -> StorageUnavailable:
    log.warning("storage_unavailable", operation=operation, reason=reason)
    return StorageUnavailable("The store did not confirm in time.", retry_after_seconds=RETRY_AFTER_SECONDS)
