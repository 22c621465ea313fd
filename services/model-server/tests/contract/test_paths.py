"""Every path that vLLM 0.32.0 documents is there, or in the list of those that a simulated engine leaves out."""

import json
from pathlib import Path

import httpx2
import pytest

from headway_model_server.simulated.api.not_served import NOT_SERVED

README = Path(__file__).parents[2] / "README.md"
NEEDED = ("/health", "/load", "/version", "/metrics", "/v1/models", "/v1/chat/completions", "/v1/completions")
"""By the gateway, probes and scrapers."""
MOUNTED = "/metrics"
"""vLLM answers any method there."""
ABSENT, OTHER_METHOD = 404, 405


@pytest.fixture
def documented(samples: Path) -> dict[str, list[str]]:
    """Methods by path; the document does not name itself."""
    paths = json.loads((samples / "openapi.json").read_text())["paths"]
    return {**{path: [*methods] for path, methods in paths.items()}, "/openapi.json": ["get"]}


@pytest.fixture
def left_out(client: httpx2.Client) -> frozenset[str]:
    """Paths that the server under test need not have: none, unless it is simulated."""
    simulated = "x-headway-simulated" in client.get("/version").headers
    return frozenset(NOT_SERVED) if simulated else frozenset()


def test_exactly_the_paths_that_are_named_as_left_out_are_missing(
    client: httpx2.Client, documented: dict[str, list[str]], left_out: frozenset[str]
) -> None:
    statuses = {path: client.request("PATCH", path).status_code for path in documented.keys() - {MOUNTED}}
    assert {path for path, status in statuses.items() if status == ABSENT} == left_out
    assert set(statuses.values()) <= {ABSENT, OTHER_METHOD}


def test_a_path_that_is_there_takes_the_documented_methods(
    client: httpx2.Client, documented: dict[str, list[str]]
) -> None:
    asked = [(method, path) for path, methods in documented.items() if path not in NOT_SERVED for method in methods]
    statuses = {each: client.request(each[0].upper(), each[1], json={}).status_code for each in asked}
    assert {each: status for each, status in statuses.items() if status in (ABSENT, OTHER_METHOD)} == {}


@pytest.mark.parametrize("path", NEEDED)
def test_what_headway_asks_is_documented_and_not_left_out(documented: dict[str, list[str]], path: str) -> None:
    assert path in documented
    assert path not in NOT_SERVED


def test_nothing_is_left_out_that_vllm_does_not_have(documented: dict[str, list[str]]) -> None:
    assert set(NOT_SERVED) <= set(documented)


def test_the_readme_names_every_path_that_is_left_out() -> None:
    text = README.read_text()
    assert [path for path in NOT_SERVED if f"`{path}`" not in text] == []
