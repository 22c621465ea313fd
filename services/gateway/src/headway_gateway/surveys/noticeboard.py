"""What is announced, kept for a moment: a whole audience asks every two seconds, the store is asked once a second."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from headway_gateway.errors import StorageUnavailable
from headway_gateway.surveys.draw import Announcement

FRESH_SECONDS = 1.0
"""Within this nothing is asked; half of the page's polling interval."""
STALE_SECONDS = 60.0
"""Within this the last announcement is given while a new one is fetched, or while the store does not answer."""


class Noticeboard:
    """The newest announcement; at most one `read` in flight, however many ask."""

    def __init__(
        self, read: Callable[[], Awaitable[Announcement]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._clock = clock
        self._shown: Announcement | None = None
        self._read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def current(self) -> Announcement:
        """The newest announcement known, at most `STALE_SECONDS` old; `StorageUnavailable` where there is none."""
        age = self._clock() - self._read_at
        if self._shown is None or age > STALE_SECONDS:
            await asyncio.shield(self._refresh())
        elif age > FRESH_SECONDS:
            self._refresh()
        if self._shown is None:
            raise StorageUnavailable("The winners are not known at the moment.", retry_after_seconds=2)
        return self._shown

    def show(self, announcement: Announcement) -> None:
        """Show this from now on, whatever a read under way will say."""
        self._reading = None
        self._set(announcement)

    def _refresh(self) -> asyncio.Task[None]:
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read_anew())
        return self._reading

    async def _read_anew(self) -> None:
        try:
            announcement = await self._read()
        except StorageUnavailable:  # counted and logged where it was raised
            if self._clock() - self._read_at > STALE_SECONDS:
                self._shown = None
            return
        if self._reading is asyncio.current_task():
            self._set(announcement)

    def _set(self, announcement: Announcement) -> None:
        self._shown = announcement
        self._read_at = self._clock()
