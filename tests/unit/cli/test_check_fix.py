"""`headway check --fix`: the diff first, then the files, and what is left."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from headway.cli import main
from policies.fixture_sets import FIXTURES
from unit.cli.test_commands import headway, refused

FAULT = FIXTURES / "replicas-under-scaler" / "fault" / "web.yaml"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return Path(shutil.copy(FAULT, tmp_path / "web.yaml"))


def test_without_yes_and_a_terminal_the_diff_is_shown_and_nothing_written(file: Path) -> None:
    result = headway("check", str(file), "--fix")
    assert result.exit_code == 1
    assert "\n-  replicas: 2\n" in result.stdout
    assert "1 finding in 1 file can be repaired; nothing was changed: add --yes" in result.stderr
    assert file.read_bytes() == FAULT.read_bytes()


def test_what_is_only_a_warning_and_can_be_repaired_fails_until_it_is(tmp_path: Path) -> None:
    folder = str(shutil.copytree(FIXTURES / "lost-metrics-read-as-idle" / "fault", tmp_path / "set"))
    assert headway("check", folder).exit_code == 0
    assert headway("check", folder, "--fix").exit_code == 1
    assert headway("check", folder, "--fix", "--yes").exit_code == 0


def test_with_yes_the_file_is_repaired_checked_again_and_keeps_its_mode(file: Path) -> None:
    file.chmod(0o640)
    result = headway("check", str(file), "--fix", "--yes")
    assert result.exit_code == 0
    assert "0 errors" in result.stdout
    assert "repaired 1 finding in 1 file" in result.stderr
    assert file.read_text() == FAULT.read_text().replace("  replicas: 2\n", "")
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in file.parent.iterdir()] == ["web.yaml"]
    again = headway("check", str(file), "--fix", "--yes")
    assert (again.exit_code, "nothing to repair" in again.stderr) == (0, True)


def test_a_link_keeps_leading_to_the_repaired_file(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(file)
    headway("check", str(link), "--fix", "--yes")
    assert link.is_symlink()
    assert "replicas: 2" not in file.read_text()


@pytest.mark.parametrize(("answer", "changed"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_on_a_terminal_it_asks(file: Path, answer: str, changed: bool) -> None:
    pty = pytest.importorskip("pty", reason="asking needs a terminal")
    lead, terminal = pty.openpty()
    command = [shutil.which("headway") or ".venv/bin/headway", "check", str(file), "--fix"]
    os.write(lead, answer.encode())
    done = subprocess.run(command, stdin=terminal, capture_output=True, text=True, check=False)
    os.close(lead), os.close(terminal)
    assert "repair 1 finding in 1 file? [y/N]" in done.stderr
    assert ("replicas: 2" not in file.read_text()) is changed
    assert done.returncode == (0 if changed else 1)


def test_the_diff_is_one_that_patch_takes(file: Path) -> None:
    patch = shutil.which("patch")
    if patch is None:
        pytest.skip("patch is not installed: the diff is not applied by another program")
    shown = headway("check", str(file), "--fix").stdout
    subprocess.run([patch, "-s", str(file)], input=shown, text=True, check=True)
    assert "replicas: 2" not in file.read_text()


def test_programs_get_the_report_alone_on_stdout(file: Path) -> None:
    result = headway("check", str(file), "--fix", "--yes", "--format", "json")
    assert json.loads(result.stdout)["findings"] == []
    assert "-  replicas: 2" in result.stderr


def test_what_is_rendered_is_left_alone_and_its_source_named(file: Path) -> None:
    stated = "{name: web, annotations: {headway.dev/construct: Frontend}}"
    file.write_text(file.read_text().replace("metadata: {name: web}", f"metadata: {stated}", 1))
    before = file.read_text()
    result = headway("check", str(file), "--fix", "--yes")
    assert "it is rendered from Frontend: correct the Python" in result.stderr
    assert (file.read_text(), result.exit_code) == (before, 1)


def test_manifests_in_terraform_and_bytes_that_are_no_utf8_are_left_alone(file: Path, tmp_path: Path) -> None:
    (tmp_path / "tf").mkdir()
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {port: 8000}}\n"
    heredoc = f'resource "kubectl_manifest" "a" {{\n  yaml_body = <<EOT\n{config}EOT\n}}\n'
    (tmp_path / "tf" / "main.tf").write_text(heredoc)
    file.write_bytes(file.read_bytes() + b"# \xff\n")
    result = headway("check", str(file), "--terraform", str(tmp_path / "tf"), "--fix", "--yes")
    assert "its file is not UTF-8" in result.stderr
    assert "it stands in Terraform" in result.stderr
    assert file.read_bytes().endswith(b"# \xff\n")


def test_standard_input_cannot_be_repaired_and_yes_is_no_option_alone(file: Path) -> None:
    assert "--fix cannot repair standard input" in refused("check", "-", "--fix")
    assert "--yes goes with --fix" in refused("check", str(file), "--yes")


def test_a_file_that_changes_while_one_thinks_is_not_overwritten(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from headway.cli import check_fix

    shown = check_fix.diff

    def meanwhile(plan: object) -> str:
        file.write_text(file.read_text() + "# a second hand\n")
        return shown(plan)  # type: ignore[arg-type]

    monkeypatch.setattr(check_fix, "diff", meanwhile)
    result = CliRunner().invoke(main, ["check", str(file), "--fix", "--yes"])
    assert result.exit_code == 2
    assert "changed since it was read" in result.stderr
    assert file.read_text().endswith("# a second hand\n")
