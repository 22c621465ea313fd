"""Tests that are marked long are left out of `make test`; each is run by a target that `make e2e` names."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
RULE = re.compile(r"^(?P<target>[a-z0-9-]+):(?P<needs>[^\n#]*)[^\n]*\n(?P<recipe>(?:\t[^\n]*\n)*)", re.M)
LONG = re.compile(r"pytest (?P<options>[^\n]*-m long[^\n]*)")


def targets_of(name: str) -> set[str]:
    """A target and everything that it needs."""
    found = next(rule for rule in RULE.finditer(MAKEFILE) if rule["target"] == name)
    known = {rule["target"] for rule in RULE.finditer(MAKEFILE)}
    return {name}.union(*(targets_of(need) for need in found["needs"].split() if need in known))


def run_by(name: str) -> list[Path]:
    """Folders whose long tests a target's own recipe runs."""
    [rule] = [rule for rule in RULE.finditer(MAKEFILE) if rule["target"] == name]
    options = [word for found in LONG.finditer(rule["recipe"]) for word in found["options"].split()]
    return [ROOT / word for word in options if (ROOT / word).exists()]


def test_every_test_that_is_marked_long_is_run_by_make_e2e() -> None:
    tracked = subprocess.run(
        ["git", "grep", "-l", "--untracked", r"pytest\.mark\.long", "--", "*.py"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    marked = [ROOT / path for path in tracked if ROOT / path != Path(__file__)]
    folders = [folder for target in targets_of("e2e") for folder in run_by(target)]
    assert marked, "the pattern finds the marks"
    assert [path for path in marked if not any(path.is_relative_to(folder) for folder in folders)] == []
