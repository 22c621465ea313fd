"""The gateway's upstreams file: the rendered entries, with the addresses of replicas in place of Services."""

import json
from collections.abc import Iterable
from typing import Any

from headway.local.run_folder import RunFolder

FILE = "upstreams/upstreams.json"


class Upstreams:
    """Writes the file whenever a replica becomes ready or leaves."""

    def __init__(self, folder: RunFolder, entries: list[dict[str, Any]]) -> None:
        self._folder = folder
        self._entries = entries
        self._urls: dict[str, list[str]] = {}
        self.path = folder.path / FILE
        self._write()

    def set(self, model: str, urls: Iterable[str]) -> None:
        """The addresses that serve a model now."""
        wanted = sorted(urls)
        if self._urls.get(model, []) != wanted:
            self._urls[model] = wanted
            self._write()

    def _write(self) -> None:
        made: list[dict[str, Any]] = []
        for entry in self._entries:
            rest = {key: value for key, value in entry.items() if key != "url"}
            urls = [url for model in entry["models"] for url in self._urls.get(model, [])]
            # Without an address the gateway still knows the model: it holds requests, and that metric wakes it.
            made += [{**rest, "url": url} for url in urls] or [rest]
        self._folder.write(FILE, json.dumps(made, indent=2))
