"""The web pages of a run, behind the policy that they were built with; a plain page where they have not been built."""

import json
import mimetypes
from collections.abc import Sequence
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from headway.local.faults import CannotRun

POLICY = "csp.json"
STRICTEST = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
"""Of the plain page, whose only style is inline."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
KEPT = "public, max-age=31536000, immutable"
PLAIN = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Headway</title><style>body{{font:1rem/1.5 system-ui;max-width:42rem;margin:3rem auto;padding:0 1rem}}</style>
<h1>Headway is running</h1><p>The pages have not been built, so there is nothing to see here but this.
<p>The gateway answers at <a href="{api}/config">{api}</a>. <p>Build the pages: <code>make frontend</code>."""


class Pages:
    """Serves a static export, file by file, and nothing outside of it."""

    def __init__(self, root: Path, api: str, origins: Sequence[str]) -> None:
        """Raises `CannotRun` where the export's policy cannot be read."""
        self._root = root.resolve()
        self._api = api
        self._built = (self._root / "index.html").is_file()
        self._policy = _policy(self._root / POLICY, origins) if self._built else _written(STRICTEST)

    async def serve(self, request: Request) -> Response:
        """A file of the export, the index of a folder, or the export's own 404."""
        if not self._built:
            return HTMLResponse(
                PLAIN.format(api=self._api), headers={**HEADERS, "Content-Security-Policy": self._policy}
            )
        path = request.path_params["path"]
        wanted = (self._root / path).resolve()
        if wanted.is_dir():
            wanted = wanted / "index.html"
        if not wanted.is_relative_to(self._root) or not wanted.is_file():
            return self._file(request, self._root / "404.html", 404, path)
        return self._file(request, wanted, 200, path)

    def _file(self, request: Request, file: Path, status: int, path: str) -> Response:
        if not file.is_file():
            return Response(status_code=404)
        headers = {**HEADERS, "Cache-Control": KEPT if path.startswith("_next/static/") else "no-cache"}
        if file.suffix == ".html":
            headers["Content-Security-Policy"] = self._policy
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        compressed = file.with_name(f"{file.name}.gz")
        if compressed.is_file() and "gzip" in request.headers.get("Accept-Encoding", ""):
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
            file = compressed
        return FileResponse(file, status, headers, media_type=kind)


def _policy(file: Path, origins: Sequence[str]) -> str:
    """The export's own policy, with the hashes of its scripts, and the servers of this run."""
    try:
        directives: dict[str, list[str]] = json.loads(file.read_text(encoding="utf-8"))["directives"]
    except (OSError, ValueError, KeyError) as error:
        raise CannotRun(f"{file}: cannot be read ({type(error).__name__})", "make frontend builds the pages") from error
    return _written({**directives, "connect-src": [*directives.get("connect-src", ["'self'"]), *origins]})


def _written(directives: dict[str, list[str]]) -> str:
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())
