"""A server on loopback that speaks list and watch of EndpointSlices as the API server does."""

import asyncio
import contextlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

Slice = dict[str, Any]


class ApiServer:
    """Lists and watches EndpointSlices; `slices` is what is stored, and watches hear of changes."""

    def __init__(self) -> None:
        self.slices: dict[tuple[str, str], Slice] = {}
        self.lists: list[str] = []
        self.answers_lists = True
        self._watches: dict[asyncio.StreamWriter, str] = {}
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in tuple(self._watches):
            writer.transport.abort()
        await self._server.wait_closed()

    def kubeconfig(self, folder: Path) -> Path:
        """A file that leads clients here."""
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": {"server": f"http://127.0.0.1:{self.port}"}}],
            "users": [{"name": "test", "user": {}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
            "current-context": "test",
        }
        file = folder / "kubeconfig"
        file.write_text(json.dumps(config))
        return file

    def put(self, slice_: Slice) -> None:
        key = slice_["metadata"]["namespace"], slice_["metadata"]["name"]
        self._tell(key[0], {"type": "MODIFIED" if key in self.slices else "ADDED", "object": self._whole(slice_)})
        self.slices[key] = slice_

    def delete(self, slice_: Slice) -> None:
        key = slice_["metadata"]["namespace"], slice_["metadata"]["name"]
        self._tell(key[0], {"type": "DELETED", "object": self._whole(self.slices.pop(key))})

    def say(self, namespace: str, text: str) -> None:
        """Any bytes into the watches of a namespace."""
        for writer, watched in tuple(self._watches.items()):
            if watched == namespace:
                data = text.encode()
                writer.write(b"%x\r\n%b\r\n" % (len(data), data))

    def cut(self) -> None:
        """Every watch breaks in the middle of a chunk."""
        for writer in tuple(self._watches):
            writer.write(b"ff\r\n{")
            writer.transport.close()

    @property
    def watched(self) -> set[str]:
        return set(self._watches.values())

    def _tell(self, namespace: str, event: dict[str, Any]) -> None:
        self.say(namespace, json.dumps(event) + "\n")

    def _whole(self, slice_: Slice) -> Slice:
        return {"kind": "EndpointSlice", "apiVersion": "discovery.k8s.io/v1", **slice_}

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                target = urlsplit(head.split()[1])
                namespace = target.path.split("/")[5]
                if "watch" in parse_qs(target.query):
                    await self._watch(reader, writer, namespace)
                    return
                self.lists.append(namespace)
                self._list(writer, namespace)

    def _list(self, writer: asyncio.StreamWriter, namespace: str) -> None:
        items = [slice_ for key, slice_ in self.slices.items() if key[0] == namespace]
        listed = {
            "kind": "EndpointSliceList",
            "apiVersion": "discovery.k8s.io/v1",
            "metadata": {"resourceVersion": "1042"},
            "items": items,
        }
        status = "200 OK" if self.answers_lists else "403 Forbidden"
        body = json.dumps(listed if self.answers_lists else {"kind": "Status", "code": 403}).encode()
        head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)

    async def _watch(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, namespace: str) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
        self._watches[writer] = namespace
        try:
            await reader.read()
        finally:
            del self._watches[writer]
            writer.close()


@contextlib.contextmanager
def running_api_server() -> Iterator[ApiServer]:
    """One in a thread of its own; set what it stores before anybody asks."""
    api, loop = ApiServer(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(api.start(), loop).result(10)
    try:
        yield api
    finally:
        asyncio.run_coroutine_threadsafe(api.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
