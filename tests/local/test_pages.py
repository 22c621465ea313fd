"""The pages' server."""

import json
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from headway.local.faults import CannotRun
from headway.local.pages import Pages


def client(root: Path) -> TestClient:
    pages = Pages(root, "http://gateway", ["http://gateway"])
    return TestClient(Starlette(routes=[Route("/{path:path}", pages.serve)]))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    root = tmp_path / "out"
    (root / "control").mkdir(parents=True)
    (root / "index.html").write_text("audience")
    (root / "control/index.html").write_text("control room")
    (root / "404.html").write_text("nothing here")
    (root / "csp.json").write_text(json.dumps({"directives": {"default-src": ["'none'"], "connect-src": ["'self'"]}}))
    (tmp_path / "secret").write_text("secret")
    return root


def test_a_folder_is_its_index_under_the_policy_of_the_export_and_the_servers_of_this_run(out: Path) -> None:
    answer = client(out).get("/control/")
    assert answer.text == "control room"
    assert answer.headers["content-security-policy"] == "default-src 'none'; connect-src 'self' http://gateway"


def test_nothing_outside_of_the_export_is_served(out: Path) -> None:
    for path in ("/../secret", "/%2e%2e/secret", "/control/../../secret", "//etc/passwd"):
        answer = client(out).get(path)
        assert answer.status_code == 404
        assert "secret" not in answer.text


def test_a_page_that_is_missing_is_the_exports_own_404(out: Path) -> None:
    answer = client(out).get("/moon")
    assert (answer.status_code, answer.text) == (404, "nothing here")


def test_without_an_export_a_plain_page_says_how_to_build_it(tmp_path: Path) -> None:
    assert "make frontend" in client(tmp_path).get("/").text


def test_an_export_without_its_policy_is_refused(out: Path) -> None:
    (out / "csp.json").unlink()
    with pytest.raises(CannotRun, match=r"csp\.json: cannot be read"):
        client(out)
