"""How one file lies over another, as properties over arbitrary trees.

A tree without nulls is a whole; one with nulls is a difference. Merging is associative for wholes, except where a value
stands between two mappings, and it is not for differences: once applied, a null is forgotten (see the last tests).
"""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from headway.environments.merge import merge
from headway.environments.source import Located
from unit.environments.builders import located

KEYS = st.sampled_from(["a", "b", "c", "d.e"])
LEAVES = st.one_of(st.integers(0, 3), st.sampled_from(["x", "y"]), st.lists(st.integers(0, 3), max_size=2))


def trees(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Mappings of mappings of leaves."""
    inner = st.recursive(leaves, lambda below: st.dictionaries(KEYS, below, max_size=3), max_leaves=8)
    return st.dictionaries(KEYS, inner, max_size=4)


WHOLE = trees(LEAVES)
DIFFERENCES = trees(st.one_of(st.none(), LEAVES))


def over(above: dict[str, Any], below: dict[str, Any]) -> Any:
    return merge(located(below), located(above)).plain()


def without_nulls(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    return {key: without_nulls(child) for key, child in tree.items() if child is not None}


def _value_between_mappings(first: Any, second: Any, last: Any) -> bool:
    """Whether `second` states a value where `first` and `last` state mappings: it cuts the one off from the other."""
    if not (isinstance(first, dict) and isinstance(last, dict)):
        return False
    if not isinstance(second, dict):
        return True
    return any(
        _value_between_mappings(first[key], second[key], last[key])
        for key in first.keys() & second.keys() & last.keys()
    )


def leaves(tree: Located, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Located]:
    return {where: value for where, value in tree.walk(path) if not value.is_mapping}


@given(WHOLE)
def test_nothing_over_a_tree_is_the_tree(tree: dict[str, Any]) -> None:
    assert over({}, tree) == tree


@given(DIFFERENCES)
def test_a_difference_over_nothing_is_itself_without_its_nulls(tree: dict[str, Any]) -> None:
    assert over(tree, {}) == without_nulls(tree)


@given(DIFFERENCES, WHOLE)
def test_applying_a_difference_twice_changes_nothing_more(above: dict[str, Any], below: dict[str, Any]) -> None:
    once = over(above, below)
    assert over(above, once) == once


@given(WHOLE, WHOLE, WHOLE)
def test_without_nulls_grouping_does_not_matter_unless_a_value_stands_between_mappings(
    first: dict[str, Any], second: dict[str, Any], last: dict[str, Any]
) -> None:
    assume(not _value_between_mappings(first, second, last))
    assert over(over(last, second), first) == over(last, over(second, first))


@given(WHOLE, DIFFERENCES)
def test_keys_are_the_union_less_those_that_null_removes(below: dict[str, Any], above: dict[str, Any]) -> None:
    removed = {key for key, value in above.items() if value is None}
    assert set(over(above, below)) == (set(below) | set(above)) - removed


@given(WHOLE, DIFFERENCES)
def test_the_result_of_a_merge_over_a_whole_holds_no_null(below: dict[str, Any], above: dict[str, Any]) -> None:
    merged = over(above, below)
    assert merged == without_nulls(merged)


@given(WHOLE, WHOLE)
def test_every_value_comes_from_the_last_file_that_states_it(below: dict[str, Any], above: dict[str, Any]) -> None:
    merged = merge(located(below, "below.yaml"), located(above, "above.yaml"))
    stated = leaves(located(above))
    for path, value in leaves(merged).items():
        assert value.origin.file == ("above.yaml" if path in stated else "below.yaml")


@given(WHOLE, WHOLE)
def test_every_value_is_the_one_of_the_file_it_names(below: dict[str, Any], above: dict[str, Any]) -> None:
    sources = {"below.yaml": located(below, "below.yaml"), "above.yaml": located(above, "above.yaml")}
    for path, value in leaves(merge(*sources.values())).items():
        assert sources[value.origin.file].find(path).value == value.value


def test_a_list_replaces_the_list_it_lies_over() -> None:
    assert over({"zones": ["c"]}, {"zones": ["a", "b"]}) == {"zones": ["c"]}


@pytest.mark.parametrize("above", [1, "text", ["list"]])
def test_a_value_replaces_a_mapping(above: object) -> None:
    assert over({"a": above}, {"a": {"b": 1}}) == {"a": above}


def test_a_mapping_replaces_a_value() -> None:
    assert over({"a": {"b": 1}}, {"a": 5}) == {"a": {"b": 1}}


def test_null_breaks_grouping_because_a_difference_forgets_what_it_removed() -> None:
    first, second, last = {"a": {"b": 1}}, {"a": None}, {"a": {"c": 2}}
    assert over(last, over(second, first)) == {"a": {"c": 2}}
    assert over(over(last, second), first) == {"a": {"b": 1, "c": 2}}


def test_a_value_between_mappings_breaks_grouping_for_the_same_reason() -> None:
    first, second, last = {"a": {"b": 1}}, {"a": 5}, {"a": {"c": 2}}
    assert over(last, over(second, first)) == {"a": {"c": 2}}
    assert over(over(last, second), first) == {"a": {"b": 1, "c": 2}}


def test_a_removed_key_remembers_the_null_that_removed_it() -> None:
    merged = merge(located({"a": {"b": 1}}, "below.yaml"), located({"a": None}, "above.yaml"))
    assert merged.plain() == {}
    assert merged.find(("a", "b")).origin.file == "above.yaml"


def test_a_key_stated_again_forgets_that_it_was_removed() -> None:
    removed = merge(located({"a": 1}, "first.yaml"), located({"a": None}, "second.yaml"))
    again = merge(removed, located({"a": 2}, "third.yaml"))
    assert (again.find(("a",)).value, again.find(("a",)).origin.file) == (2, "third.yaml")
