"""The web pages of a run, with the policy that their server sets; a plain page where they have not been built."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self' {origins}; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PLAIN = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Headway</title><style>body{{font:1rem/1.5 system-ui;max-width:42rem;margin:3rem auto;padding:0 1rem}}</style>
<h1>Headway is running</h1><p>The pages of the frontend have not been built, so there is nothing to see here but this.
<p>The gateway answers at <a href="{api}/config">{api}</a>. <p>Build the pages: <code>make frontend</code>."""


class Pages:
    """Serves a static export, file by file, and nothing outside of it."""

    def __init__(self, root: Path, api: str, origins: list[str]) -> None:
        self._root = root.resolve()
        self._api = api
        self._headers = {
            "Content-Security-Policy": POLICY.format(origins=" ".join(origins)),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }

    async def serve(self, request: Request) -> Response:
        """A file of the export, the index of a folder, or the export's own 404."""
        if not (self._root / "index.html").is_file():
            return HTMLResponse(PLAIN.format(api=self._api), headers=self._headers)
        wanted = (self._root / request.path_params["path"]).resolve()
        if wanted.is_dir():
            wanted = wanted / "index.html"
        if not wanted.is_relative_to(self._root) or not wanted.is_file():
            missing = self._root / "404.html"
            return FileResponse(missing, 404, self._headers) if missing.is_file() else Response(status_code=404)
        cached = "public, max-age=31536000, immutable" if "_next/static" in request.path_params["path"] else "no-cache"
        return FileResponse(wanted, headers={**self._headers, "Cache-Control": cached})
