"""Small HTTP requests to processes of this machine, each with a bound."""

import json
import urllib.error
import urllib.request
from typing import Any

import anyio

PROBE_SECONDS = 3.0


async def fetch(
    url: str,
    method: str = "GET",
    body: Any = None,
    headers: dict[str, str] | None = None,
    seconds: float = PROBE_SECONDS,
) -> tuple[int, bytes]:
    """Status and body; status 0 where nothing answers in time."""

    def call() -> tuple[int, bytes]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, headers or {}, method=method)  # noqa: S310  our own http addresses
        try:
            with _OPENER.open(request, timeout=seconds) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except (OSError, ValueError):
            return 0, b""

    return await anyio.to_thread.run_sync(call, abandon_on_cancel=True)


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""No proxy stands between processes of one machine."""
