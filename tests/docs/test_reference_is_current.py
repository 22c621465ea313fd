"""Generated pages are what the code generates, and every key of an environment has a meaning."""

import sys

import pytest

from headway.domain.environment import EnvironmentSpec


@pytest.fixture
def reference(repository, monkeypatch):
    monkeypatch.syspath_prepend(str(repository / "tools"))
    sys.modules.pop("reference", None)
    import reference

    return reference


def test_generated_pages_are_current(reference) -> None:
    for name, text in reference.pages().items():
        assert (reference.REFERENCE / name).read_text() == text, f"{name} is stale: make docs"
    rules = {f"rules/{path.name}" for path in (reference.REFERENCE / "rules").glob("*.md")}
    assert rules == {name for name in reference.pages() if name.startswith("rules/")}


def test_every_key_has_a_meaning(reference) -> None:
    rows = list(reference._rows(EnvironmentSpec, ()))
    assert len(rows) > 80
    assert [key for key, meaning, _, _ in rows if not meaning] == []


def test_the_picture_is_what_plan_draws(repository, tmp_path) -> None:
    from click.testing import CliRunner

    from headway.cli import main

    picture = tmp_path / "plan.svg"
    assert CliRunner().invoke(main, ["plan", "prod", "--picture", str(picture)]).exit_code == 0
    assert picture.read_text() == (repository / "docs" / "plan-prod.svg").read_text(), "make docs"


def test_the_picture_needs_nothing_from_the_network(repository) -> None:
    text = (repository / "docs" / "plan-prod.svg").read_text()
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
