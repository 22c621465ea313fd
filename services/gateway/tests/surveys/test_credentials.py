"""In a cluster the gateway has no keys of its own: EKS Pod Identity hands it some."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from headway_gateway.errors import StorageUnavailable
from headway_gateway.metrics import Metrics
from headway_gateway.settings import Settings
from headway_gateway.storage import open_objects

CREDENTIALS = {"AccessKeyId": "POD", "SecretAccessKey": "s", "Token": "t", "Expiration": "2099-01-01T00:00:00Z"}


class Agent(BaseHTTPRequestHandler):
    """The Pod Identity agent, and a store that refuses everybody; remembers who asked what."""

    seen: list[tuple[str, str]]

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers.get("Authorization", "")))
        is_agent = self.path == "/v1/credentials"
        body = json.dumps(CREDENTIALS).encode() if is_agent else b""
        self.send_response(200 if is_agent else 403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def agent() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    seen: list[tuple[str, str]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("SeeingAgent", (Agent,), {"seen": seen}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.mark.asyncio
async def test_pod_identity_signs_what_is_asked_of_the_store(
    agent: tuple[str, list[tuple[str, str]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, seen = agent
    (tmp_path / "token").write_text("token-of-the-service-account")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{url}/v1/credentials")
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", str(tmp_path / "token"))
    objects = open_objects(Settings(responses_bucket="responses", s3_endpoint=url), Metrics())
    assert objects is not None
    with pytest.raises(StorageUnavailable):
        await objects.get("surveys/answers/x")
    assert seen[0] == ("/v1/credentials", "token-of-the-service-account")
    assert seen[1][1].startswith("AWS4-HMAC-SHA256 Credential=POD/")
    assert len(seen) == 2, "a refusal is not tried again"
