"""What a polling audience gets while the store is slow, fails or changes."""

import asyncio

import pytest

from headway_gateway.errors import StorageUnavailable
from headway_gateway.surveys.draw import NOT_DRAWN, Announcement
from headway_gateway.surveys.noticeboard import FRESH_SECONDS, STALE_SECONDS, Noticeboard

FIRST = Announcement(drawn=True, number=1)
SECOND = Announcement(drawn=True, number=2)


class Store:
    """What a noticeboard reads from, under a clock set by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.reads = 0
        self.says: Announcement | None = NOT_DRAWN
        self.open = asyncio.Event()
        self.open.set()

    async def read(self) -> Announcement:
        self.reads += 1
        await self.open.wait()
        if self.says is None:
            raise StorageUnavailable("down")
        return self.says

    def clock(self) -> float:
        return self.now


def noticeboard(store: Store) -> Noticeboard:
    return Noticeboard(store.read, store.clock)


async def settle() -> None:
    """Let the reads under way end."""
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.mark.asyncio
async def test_a_whole_audience_shares_one_read() -> None:
    store = Store()
    board = noticeboard(store)
    await asyncio.gather(*(board.current() for _ in range(1000)))
    assert store.reads == 1


@pytest.mark.asyncio
async def test_nothing_is_read_while_fresh() -> None:
    store = Store()
    board = noticeboard(store)
    await board.current()
    store.now += FRESH_SECONDS
    await board.current()
    assert store.reads == 1


@pytest.mark.asyncio
async def test_a_draw_elsewhere_is_seen_by_the_poll_after_the_next() -> None:
    store = Store()
    board = noticeboard(store)
    await board.current()
    store.says, store.now = FIRST, 2 * FRESH_SECONDS
    assert await board.current() == NOT_DRAWN
    await settle()
    assert await board.current() == FIRST


@pytest.mark.asyncio
async def test_nobody_waits_for_a_slow_store_once_something_is_known() -> None:
    store = Store()
    board = noticeboard(store)
    await board.current()
    store.open.clear()
    store.now = STALE_SECONDS
    assert await asyncio.wait_for(board.current(), 1) == NOT_DRAWN
    assert await asyncio.wait_for(board.current(), 1) == NOT_DRAWN
    await settle()
    assert store.reads == 2


@pytest.mark.asyncio
async def test_the_last_announcement_bridges_a_failing_store_for_a_minute() -> None:
    store = Store()
    store.says = FIRST
    board = noticeboard(store)
    await board.current()
    store.says, store.now = None, STALE_SECONDS
    assert await board.current() == FIRST
    store.now += 1
    with pytest.raises(StorageUnavailable):
        await board.current()


@pytest.mark.asyncio
async def test_what_is_shown_here_is_not_undone_by_an_older_read() -> None:
    store = Store()
    board = noticeboard(store)
    await board.current()
    store.open.clear()
    store.now = 2 * FRESH_SECONDS
    await board.current()
    board.show(SECOND)
    store.says = FIRST
    store.open.set()
    await settle()
    assert await board.current() == SECOND


@pytest.mark.asyncio
async def test_a_poller_who_leaves_takes_nobody_along() -> None:
    store = Store()
    store.open.clear()
    board = noticeboard(store)
    leaving, staying = asyncio.create_task(board.current()), asyncio.create_task(board.current())
    await settle()
    leaving.cancel()
    store.open.set()
    assert await asyncio.wait_for(staying, 1) == NOT_DRAWN
