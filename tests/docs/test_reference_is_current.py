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


@pytest.mark.parametrize(("law", "drawn"), [("queue", "law-queue"), ("documented-commuters-waiting", "law-documented")])
def test_the_picture_of_a_law_is_what_law_draws(repository, tmp_path, law: str, drawn: str) -> None:
    from click.testing import CliRunner

    from headway.cli import main

    picture = tmp_path / "law.svg"
    assert CliRunner().invoke(main, ["law", law, "--picture", str(picture)]).exit_code == 0
    assert picture.read_text() == (repository / "docs" / f"{drawn}.svg").read_text(), "make docs"


def test_the_replay_page_has_every_key_and_its_example_is_true(repository, tmp_path) -> None:
    import json

    from click.testing import CliRunner

    from headway.cli import main
    from headway.scaling.replay import LINE_KEYS, SYNC_KEYS

    page = (repository / "docs" / "reference" / "hpa-replay.md").read_text()
    assert {key for key in LINE_KEYS | SYNC_KEYS if f"| `{key}` |" not in page} == set()
    asked, answered = (block.partition("\n")[2] for block in page.split("```")[1::2])
    (tmp_path / "histories").write_text(asked)
    result = CliRunner().invoke(main, ["law", "--replay", str(tmp_path / "histories")])
    assert json.loads(result.stdout) == json.loads(answered)


def test_every_setting_of_the_gateway_is_on_its_page_with_a_meaning(reference) -> None:
    from headway.domain.gateway_settings import GatewaySettings, variable

    rows = [line.split(" | ") for line in reference.pages()["gateway-settings.md"].splitlines() if line[:3] == "| `"]
    described = {cells[0].strip("| `"): cells[1] for cells in rows}
    assert set(described) == {variable(name) for name in GatewaySettings.model_fields}
    assert len(rows) == len(described)
    assert all(described.values())
