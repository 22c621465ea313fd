"""The engine process's end of the launcher's socket."""

import asyncio
import os
from collections.abc import Callable

import msgspec

from headway_model_server.messages import CONTROL_VARIABLE, FromEngine, ToEngine, encoded


class ControlLine:
    """One connection to the launcher."""

    def __init__(self, path: str, take: Callable[[ToEngine], None]) -> None:
        self._path = path
        self._take = take
        self._decode = msgspec.json.Decoder(ToEngine).decode
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    @classmethod
    def from_environment(cls, take: Callable[[ToEngine], None]) -> "ControlLine":
        """The socket that the launcher named. Raises `RuntimeError` where there is none."""
        path = os.environ.get(CONTROL_VARIABLE)
        if path is None:
            raise RuntimeError(f"{CONTROL_VARIABLE} is not set; start the engine with headway-model-server")
        return cls(path, take)

    async def connect(self) -> None:
        """Reaches the launcher; raises `OSError` where it is not there."""
        self._reader, self._writer = await asyncio.open_unix_connection(self._path)

    async def read(self) -> None:
        """Passes messages on until the launcher hangs up."""
        while self._reader is not None and (line := await self._reader.readline()):
            self._take(self._decode(line))

    def tell(self, message: FromEngine) -> None:
        """Sends a message; one that the launcher no longer hears is dropped."""
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(encoded(message))
