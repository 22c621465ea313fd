"""Reading a file: every value knows its line, and what cannot be read says where."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.environments import EnvironmentFaults, Fault
from headway.environments.source import Located, read
from unit.environments.builders import located


def a_tree(folder: Path, text: str) -> Located:
    path = folder / "file.yaml"
    path.write_text(text, encoding="utf-8")
    return read(path, "file.yaml")


def faults(folder: Path, text: str) -> tuple[Fault, ...]:
    with pytest.raises(EnvironmentFaults) as caught:
        a_tree(folder, text)
    return caught.value.faults


def test_a_value_stands_on_the_line_of_its_key(tmp_path: Path) -> None:
    tree = a_tree(tmp_path, "# comment\n\na:\n  b:\n    1\n  c: {d: 2}\n")
    lines = {path: value.origin.line for path, value in tree.walk()}
    assert lines[("a",)] == 3
    assert lines[("a", "b")] == 4
    assert lines[("a", "c", "d")] == 6


def test_an_entry_of_a_list_stands_on_its_own_line(tmp_path: Path) -> None:
    tree = a_tree(tmp_path, "a:\n  - b: 1\n  - b: 2\n    c: 3\n")
    assert tree.find(("a", "1")).origin.line == 3
    assert tree.find(("a", "1", "c")).origin.line == 4


def test_a_place_beyond_the_end_of_a_list_is_the_list(tmp_path: Path) -> None:
    assert a_tree(tmp_path, "\na: [1, 2]\n").find(("a", "7")).origin.line == 2


def test_what_is_not_there_is_found_at_the_nearest_value_above(tmp_path: Path) -> None:
    assert a_tree(tmp_path, "a:\n  b: 1\n").find(("a", "x", "y")).origin.line == 1


def test_values_read_through_an_alias_keep_the_key_they_are_used_at(tmp_path: Path) -> None:
    tree = a_tree(tmp_path, "a: &x {b: 1}\nc: *x\n")
    assert tree.find(("c",)).origin.line == 2
    assert tree.plain() == {"a": {"b": 1}, "c": {"b": 1}}


@pytest.mark.parametrize(
    ("text", "value"),
    [("a: 16bit", "16bit"), ("a: 1.35", 1.35), ("a: '1.35'", "1.35"), ("a:", None), ("a: no", False), ("a: []", [])],
)
def test_scalars_are_read_as_yaml_says(tmp_path: Path, text: str, value: object) -> None:
    assert a_tree(tmp_path, text).plain() == {"a": value}


@pytest.mark.parametrize("key", ["no", "1", "1.5", "2026-01-01", "null"])
def test_a_key_is_the_text_that_was_written(tmp_path: Path, key: str) -> None:
    assert list(a_tree(tmp_path, f"{key}: 1\n").value) == [key]


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("a: [1\nb: 2\n", 2, "expected ',' or ']'"),
        ("a:\n\tb: 1\n", 2, "'\\t'"),
        ("a: 1\n--- \nb: 1\n", 2, "another document"),
        ("a: *x\n", 1, "undefined alias"),
        ("a: 1\nb: \x01\n", 2, "control character"),
        ("a: 1\nb: !env HOME\n", 2, "tag !env is not known"),
        ("a: 1\na: 2\n", 2, "stated twice, first on line 1"),
        ("a:\n  - {b: 1,\n     b: 2}\n", 3, "stated twice, first on line 2"),
        ("a: &x\n  b: *x\n", 1, "alias for what it stands in"),
        ("a: &x [*x]\n", 1, "alias for what it stands in"),
        ("a:\n  <<: {b: 1}\n", 2, "merge key"),
        ("a:\n  {}: 1\n", 2, "no text"),
        ("[a]\n", 1, "not a mapping"),
        ("just text\n", 1, "not a mapping"),
        ("", 1, "empty"),
        ("# only a comment\n", 1, "empty"),
    ],
)
def test_what_cannot_be_read_names_its_line(tmp_path: Path, text: str, line: int, part: str) -> None:
    (fault,) = faults(tmp_path, text)
    assert fault.line == line
    assert part in fault.problem
    assert fault.remedy


def test_all_keys_stated_twice_are_reported_at_once(tmp_path: Path) -> None:
    assert [fault.path for fault in faults(tmp_path, "a: 1\nb: {c: 1, c: 2}\na: 2\na: 3\n")] == ["b.c", "a", "a"]


def test_faults_that_leave_the_rest_readable_can_be_collected(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text("a: 1\na: 2\nb: 3\n", encoding="utf-8")
    found: list[Fault] = []
    assert read(path, "file.yaml", found).plain() == {"a": 1, "b": 3}
    assert [fault.line for fault in found] == [2]


def test_a_folder_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFaults, match="cannot be read: Is a directory"):
        read(tmp_path, "folder")


@given(st.recursive(st.integers(), lambda below: st.dictionaries(st.text(max_size=3), below), max_leaves=6))
def test_a_tree_is_found_at_every_path_it_walks(value: Any) -> None:
    tree = located(value)
    for path, child in tree.walk():
        assert tree.find(path) == child
    assert tree.plain() == value
