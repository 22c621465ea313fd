"""Every kind of mistake in an environment file, and the one message each must give.

`tests/environments/invalid/<fault>.yaml` begins with the faults it must report, each as a comment:
`# expect: <line>: <path>: <problem>; <remedy>`.
"""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from headway.cli import main
from unit.environments.builders import FIXTURES, a_file, faults_of

FILES = sorted((FIXTURES / "invalid").glob("*.yaml"))
EXPECT = "# expect: "


def expected(path: Path) -> list[str]:
    """What the file says that it must report, in its order."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix(EXPECT) for line in lines if line.startswith(EXPECT)]


def test_the_folder_covers_the_mistakes_a_newcomer_makes() -> None:
    assert len(FILES) >= 45


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_invalid_environment_reports_exactly_its_faults_in_order(path: Path) -> None:
    assert expected(path)
    assert faults_of(path) == expected(path)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_fault_names_a_line_of_the_file_and_a_remedy(path: Path) -> None:
    count = max(1, len(path.read_text(encoding="utf-8").splitlines()))
    for line in faults_of(path):
        number, _, message = line.partition(": ")
        problem, _, remedy = message.partition("; ")
        assert 1 <= int(number) <= count
        assert problem
        assert remedy


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_message_speaks_python(path: Path) -> None:
    for line in faults_of(path):
        assert not re.search(r"\b(None|True|False|dict|tuple|datetime|Input should|__\w+__|ValidationError)\b", line)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_synth_refuses_it_with_exit_code_2_and_writes_nothing(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = CliRunner().invoke(main, ["synth", "--env", str(path), "--out", str(out)])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert [line for line in result.stderr.splitlines() if line.startswith("error: ")] == [
        line for line in result.stderr.splitlines() if path.name in line
    ]
    assert len(re.findall("^error: ", result.stderr, re.MULTILINE)) == len(expected(path))
    assert "\nhint: " in result.stderr
    assert not out.exists()


def test_many_faults_are_reported_in_one_go_by_line() -> None:
    lines = [int(line.partition(":")[0]) for line in expected(FIXTURES / "invalid" / "many-at-once.yaml")]
    assert len(lines) >= 12
    assert lines == sorted(lines)


def test_faults_of_several_environments_are_reported_together(tmp_path: Path) -> None:
    first, second = a_file(tmp_path, "floor: -1", "first"), a_file(tmp_path, "floor: 101", "second")
    result = CliRunner().invoke(
        main, ["synth", "--env", str(first), "--env", str(second), "--out", str(tmp_path / "out")]
    )
    assert result.exit_code == 2
    assert "first.yaml:3: floor: is -1" in result.stderr
    assert "second.yaml:3: floor: is 101" in result.stderr


def test_a_valid_environment_beside_an_invalid_one_is_not_written_either(tmp_path: Path) -> None:
    good, bad = a_file(tmp_path, "", "good"), a_file(tmp_path, "floor: -1", "bad")
    out = tmp_path / "out"
    result = CliRunner().invoke(main, ["synth", "--env", str(good), "--env", str(bad), "--out", str(out)])
    assert result.exit_code == 2
    assert not out.exists()


def test_a_file_that_is_not_utf_8_says_so(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("name: caf\xe9\n".encode("latin-1"))
    assert faults_of(path) == ["1: cannot be read: not UTF-8; give a readable UTF-8 file"]


def test_two_files_that_extend_each_other_are_refused_at_the_second(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: b.yaml\nname: a\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("\nextends: a.yaml\n", encoding="utf-8")
    assert faults_of(tmp_path / "a.yaml") == [
        f"{tmp_path / 'b.yaml'}:2: extends: leads back to this file; name `base` or a YAML file beside this one"
    ]


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    assert faults_of(tmp_path / "nowhere.yaml") == ["1: no such file; name an environment or a YAML file"]


def test_a_fault_in_the_base_names_the_base(tmp_path: Path) -> None:
    path = a_file(tmp_path, "pools: {t4-1x: null}\n")
    places = [re.match(r"(.*?):(\d+): (.*?): ", line) for line in faults_of(path)]
    assert [place and (Path(place[1]).name, place[3]) for place in places] == [
        ("base.yaml", "models.mistral-7b-awq.pools.0"),
        ("base.yaml", "models.llama-2-7b-qlora.pools.0"),
    ]


def test_a_file_without_a_name_takes_its_own_and_the_fault_says_which(tmp_path: Path) -> None:
    path = tmp_path / "Sandbox.yaml"
    path.write_text("extends: base\n", encoding="utf-8")
    assert [line.partition(" (")[0] for line in faults_of(path)] == ["1: name: 'Sandbox' is not an environment's name"]
