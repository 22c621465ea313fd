"""The draws on record: numbered objects, each written once, the newest being the one announced.

The next number is taken by a write that fails if another draw took it first. Numbers, not times, give the order.
"""

from collections.abc import AsyncIterator, Mapping

import msgspec

from headway_gateway.errors import Conflict
from headway_gateway.storage import DIFFERENT, Objects
from headway_gateway.surveys import draw as drawing
from headway_gateway.surveys.draw import Draw

SEARCHED_DRAWS = 50
"""How far back a repeated request is looked for."""


class DrawLog:
    """The recorded draws of one bucket."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    async def newest(self) -> Draw | None:
        """The last draw, or None before the first."""
        async for draw in self._from_newest():
            return draw
        return None

    async def find(self, draw_id: str) -> tuple[Draw | None, int]:
        """The draw of that id if one of the last 50 is, and the number that a new one would get."""
        next_number = 1
        async for draw in self._from_newest():
            next_number = max(next_number, draw.number + 1)
            if draw.id == draw_id:
                return draw, next_number
        return None, next_number

    async def record(self, draw: Draw, attributes: Mapping[str, str]) -> None:
        """Write `draw` under its number, or raise `Conflict` where another one took it."""
        outcome = await self._objects.create(drawing.key(draw.number), msgspec.json.encode(draw), attributes)
        if outcome == DIFFERENT:
            raise Conflict("Another draw was made at the same time.")

    async def _from_newest(self) -> AsyncIterator[Draw]:
        keys = await self._objects.keys(drawing.DRAWS_PREFIX)
        draws = sorted(filter(drawing.is_key, keys), reverse=True)
        for key in draws[:SEARCHED_DRAWS]:
            content = await self._objects.get(key)
            if content is not None:
                yield drawing.decode(content)
