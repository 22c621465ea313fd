"""The coverage table is what the recipe engine says today, and has a row for every model card."""

import sys
import xml.etree.ElementTree as ElementTree

import pytest


@pytest.fixture(scope="module")
def coverage():
    from conftest import REPOSITORY

    sys.path.insert(0, str(REPOSITORY / "tools"))
    try:
        import coverage_table
    finally:
        sys.path.pop(0)
    return coverage_table


@pytest.fixture(scope="module")
def pages(coverage) -> dict[str, str]:
    return coverage.pages()


def test_page_and_picture_are_current(coverage, pages) -> None:
    for name, text in pages.items():
        assert (coverage.REFERENCE / name).read_text() == text, f"{name} is stale: make docs"


def test_every_model_has_a_row_for_every_accelerator(coverage, pages, catalog) -> None:
    sections = pages["coverage.md"].split("\n## ")[2:]
    assert [section.split("`")[1] for section in sections] == list(catalog.models)
    for section in sections:
        assert [line.split(" ")[1] for line in section.splitlines() if line.startswith("| ")][1:] == list(
            coverage.COLUMNS
        )


def test_what_is_not_served_says_why(pages) -> None:
    details = pages["coverage.md"].split("\n## ", 2)[2].splitlines()
    refused = [line.split(" | ") for line in details if line.startswith("| ") and line.split(" | ")[1] in ("no", "?")]
    assert refused
    assert all(len(cells[3]) > 10 for cells in refused)


def test_the_cells_are_what_the_hardware_facts_work_out(pages) -> None:
    """Section 5 of the hardware facts, 2026-11-20, and traps H4 and H5, here for 4,096 or 8,192 tokens."""
    cells = {
        (section.split("`")[1], line.split(" | ")[0][2:]): line.split(" | ")[1:]
        for section in pages["coverage.md"].split("\n## ")[2:]
        for line in section.splitlines()
        if line.startswith("| ")
    }
    assert cells["meta-llama/Llama-2-7b-hf", "T4"][1] != "16bit"
    assert cells["meta-llama/Llama-2-7b-hf", "L4"][:4] == ["1", "16bit", "g6.xlarge", "2"]
    assert cells["meta-llama/Llama-3.1-8B-Instruct", "A10G"][:4] == ["1", "16bit", "g5.xlarge", "1"]
    assert cells["deepseek-ai/DeepSeek-R1", "H200"][:2] == ["8", "fp8"]
    assert cells["deepseek-ai/DeepSeek-R1", "H100"][1] == "awq"


def test_a_million_tokens_cost_what_replicas_and_hours_say(coverage, pages) -> None:
    hourly_millions = coverage.LOAD.requests_per_second * coverage.LOAD.output_tokens * 3_600 / 1e6
    lines = [line.split(" | ") for line in pages["coverage.md"].splitlines() if line.startswith("| ")]
    priced = [cells for cells in lines if len(cells) == 8 and cells[-2].replace(", ", "").replace(".", "").isdigit()]
    assert len(priced) > 200
    for cells in priced:
        hours, millions = ([float(price) for price in cell.strip("| ").split(", ")] for cell in cells[-2:])
        for hour, million in zip(hours, millions, strict=True):
            assert million == pytest.approx(hour * int(cells[5]) / hourly_millions, abs=0.01 * int(cells[5]))


def test_the_picture_is_drawing_and_needs_nothing_from_the_network(pages, catalog) -> None:
    picture = pages["coverage.svg"]
    texts = [element.text for element in ElementTree.fromstring(picture).iter() if element.tag.endswith("text")]  # noqa: S314  ours
    assert {name.rsplit("/", 1)[-1] for name in catalog.models} <= set(texts)
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")
