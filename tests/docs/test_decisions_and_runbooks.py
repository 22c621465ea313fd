"""Every decision is in the index, every alert has its page."""

import re

from headway.catalog import load_catalog
from headway.observability import Watched, alerts


def test_every_decision_is_in_the_index(repository) -> None:
    folder = repository / "docs" / "decisions"
    pages = {path.name for path in folder.glob("[0-9]*.md")}
    assert len(pages) >= 10
    assert set(re.findall(r"\(([0-9][^)]+)\)", (folder / "README.md").read_text())) == pages


def test_every_decision_says_how_it_could_be_wrong(repository) -> None:
    for page in (repository / "docs" / "decisions").glob("[0-9]*.md"):
        assert re.search(r"\bwrong\b", page.read_text(), flags=re.I), page.name


def test_every_alert_has_a_runbook_and_every_runbook_an_alert(repository) -> None:
    watched = Watched("m", "n", "m", load_catalog().engines["vllm"], 2, 100, 1.0, 95)
    named = {alert.runbook for alert in alerts([watched], 5)}
    assert {f"docs/runbooks/{path.name}" for path in (repository / "docs" / "runbooks").glob("*.md")} == named


def test_the_layers_on_the_page_are_the_layers_that_are_checked(repository) -> None:
    contract = (repository / ".importlinter").read_text().split("layers =")[1].split("\n\n")[0]
    checked = [set(re.findall(r"headway\.(\w+)", line)) for line in contract.strip().splitlines()]
    page = (repository / "docs" / "concepts" / "architecture.md").read_text().split("## Layers")[1].split("```")[1]
    drawn = [set(re.findall(r"(?:^|(?<=\s{5}))(\w+)\s{4,}", line)) for line in page.strip().splitlines()]
    assert drawn == checked
