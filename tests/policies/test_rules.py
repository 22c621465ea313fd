"""Every rule finds its fault at the exact line, stays silent on the repaired set, and is documented."""

import pytest

from headway.policies import ALL, FILE_RULES
from headway.policies.traps import UNSEEN, all_traps
from policies.fixture_sets import FIXTURES, PRECISION, RULES, expected, found, report_of


@pytest.mark.parametrize("rule", RULES)
def test_the_fault_is_found_where_it_is(rule: str) -> None:
    folder = FIXTURES / rule / "fault"
    assert found(folder) == expected(folder)
    assert any(finding.rule == rule for finding in report_of(folder).findings)


@pytest.mark.parametrize("rule", RULES)
def test_the_repaired_set_is_clean(rule: str) -> None:
    folder = FIXTURES / rule / "clean"
    assert report_of(folder).objects > 0
    assert found(folder) == []


@pytest.mark.parametrize("name", PRECISION)
def test_what_only_looks_like_a_fault_is_clean(name: str) -> None:
    assert report_of(FIXTURES / "precision" / name).objects > 0
    folder = FIXTURES / "precision" / name
    assert found(folder) == (expected(folder) if (folder / "expected.txt").exists() else [])


def test_every_rule_has_a_pair_and_a_paragraph(capsys: pytest.CaptureFixture[str]) -> None:
    rows = []
    for rule in (*FILE_RULES, *ALL):
        pair = [len(list((FIXTURES / rule.id / side).glob("*.*"))) for side in ("fault", "clean")]
        rows.append(
            f"{rule.id:34} {rule.severity:8} {','.join(rule.traps) or '-':12} {pair[0] - 1} fault, {pair[1]} clean"
        )
        assert min(pair) > 0, f"{rule.id}: no pair of fixtures"
        assert len(rule.why) > 100, f"{rule.id}: its function needs a paragraph as docstring"
        assert rule.proves.endswith(".")
        assert rule.needs.endswith(".")
    with capsys.disabled():
        print(f"\n{len(rows)} rules × pairs, {len(PRECISION)} sets that only look like faults")
        print("\n".join(rows))


def test_rules_have_one_id_each_and_no_fixture_is_left_over() -> None:
    assert len(RULES) == len(ALL) + len(FILE_RULES)
    assert {path.name for path in FIXTURES.iterdir()} == {*RULES, "precision"}


def test_every_trap_has_a_rule_or_the_reason_why_none_can_see_it() -> None:
    seen = {trap for rule in ALL for trap in rule.traps}
    assert seen | UNSEEN.keys() == set(all_traps())
    assert seen & UNSEEN.keys() == set()
