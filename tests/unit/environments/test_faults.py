"""What a fault says, and what is offered for a name that nothing has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.environments import EnvironmentFaults, Fault, did_you_mean

TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=8)
FAULTS = st.builds(Fault, file=TEXT, line=st.integers(1, 99), path=TEXT, problem=TEXT, remedy=TEXT)


def test_a_fault_is_one_line_of_place_problem_and_remedy() -> None:
    assert str(Fault("a.yaml", 3, "models.x", "is wrong", "do right")) == "a.yaml:3: models.x: is wrong; do right"


def test_a_fault_of_a_whole_file_has_no_path() -> None:
    assert str(Fault("a.yaml", 1, "", "is empty", "fill it")) == "a.yaml:1: is empty; fill it"


@given(st.lists(FAULTS))
def test_faults_are_sorted_by_file_and_line_each_once(faults: list[Fault]) -> None:
    kept = EnvironmentFaults([*faults, *faults]).faults
    assert set(kept) == set(faults)
    assert len(kept) == len(set(faults))
    assert [(fault.file, fault.line) for fault in kept] == sorted((fault.file, fault.line) for fault in kept)


@pytest.mark.parametrize(
    ("word", "remedy"),
    [
        ("prd", "did you mean prod?"),
        ("PROD", "did you mean prod?"),
        ("europe", "known are dev, prod, staging"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest_or_with_all(word: str, remedy: str) -> None:
    assert did_you_mean(word, ("staging", "prod", "dev")) == remedy


def test_a_long_list_of_known_names_is_cut() -> None:
    assert did_you_mean("?", [f"name-{n}" for n in range(20)]).endswith(", …")


def test_where_nothing_is_known_the_name_is_to_be_removed() -> None:
    assert did_you_mean("x", ()) == "remove it"


@given(st.lists(st.text("abcXYZ-", min_size=1, max_size=6), min_size=1, unique_by=str.lower), st.data())
def test_a_known_name_in_any_case_is_its_own_nearest(known: list[str], data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(known))
    assert did_you_mean(word.swapcase(), known) == f"did you mean {word}?"
