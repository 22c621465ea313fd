"""The page on formulas is true: every row of its table is what `check_formula` says, its example runs."""

import re

import pytest

from headway.scaling import check_formula


@pytest.fixture
def page(repository) -> str:
    return (repository / "docs" / "concepts" / "scaling-formula.md").read_text()


def test_every_answer_in_the_table_is_given(page: str) -> None:
    rows = re.findall(r"^\| `(.+?)` \| ([a-z ]*?) ?\| (.*?) ?\|$", page, flags=re.M)
    assert len(rows) >= 13
    for formula, answer, why in rows:
        found = check_formula(formula, ("running", "waiting"))
        assert sorted({problem.outcome for problem in found}) == ([answer] if answer else []), formula
        assert bool(answer) == bool(why)


def test_the_example_gives_what_its_comments_say(page: str) -> None:
    [code] = re.findall(r"```python\n(.*?)```", page, flags=re.S)
    known: dict[str, object] = {}
    checked = 0
    for line in code.splitlines():
        text, _, comment = (part.strip() for part in line.partition("#"))
        if not comment:
            exec(text, known)  # noqa: S102 - the page's own example
        else:
            result = str(eval(text, known))  # noqa: S307 - the page's own example
            assert comment.split(",")[0] in result, text
            checked += 1
    assert checked == 5
