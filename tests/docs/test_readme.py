"""The README is true: its tree, its commands, its example, its links, its picture."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from headway.environments import load_environment, plan

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text()
EXIT = {"doctor": 1}
"""Exit codes other than 0 that are right here: nobody has stated this repository's facts."""
SILENT = ("synth",)
"""Verbs that write files and say so on stderr."""


def blocks(language: str) -> list[str]:
    """Fenced blocks of one language, without their fences."""
    fenced = README.split("```")[1::2]
    return [text for opening, _, text in (block.partition("\n") for block in fenced) if opening == language]


def commands() -> list[str]:
    return [
        line.removeprefix("$ ") for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")
    ]


def tree() -> list[str]:
    """Paths in the tree, from the root of the repository."""
    [drawn] = [block for block in blocks("") if block.startswith("headway/")]
    folders: list[str] = []
    found = []
    for line in drawn.splitlines()[1:]:
        mark = re.match(r"([│ ]*)[├└]── (\S+)", line)
        assert mark, line
        depth = len(mark[1]) // 4
        folders[depth:] = [mark[2]]
        found.append("".join(folders))
    return found


def test_everything_in_the_tree_is_there() -> None:
    assert len(tree()) > 15
    for path in tree():
        assert (ROOT / path.split("<")[0]).exists(), path


def test_every_top_folder_and_every_package_is_in_the_tree() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    tops = {path.split("/")[0] + "/" for path in tracked if "/" in path and not path.startswith((".", "requirements"))}
    package = "charts-src/headway/"
    parts = {package + path.removeprefix(package).split("/")[0] for path in tracked if path.startswith(package)}
    drawn = {path.split("<")[0] for path in tree()} | {path.split("/")[0] + "/" for path in tree()}
    assert tops <= drawn
    assert {part + "/" for part in parts if (ROOT / part).is_dir()} <= drawn


def test_make_targets_in_the_readme_exist() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.M)
    named = re.findall(r"(?:\$ |`)make ([a-z-]+)", README)
    assert {"synth", "test"} <= set(named)
    assert set(named) <= set(targets)


@pytest.mark.parametrize("command", [c for c in commands() if "headway" in c])
def test_commands_of_readme_and_guides_work(command: str) -> None:
    program, *arguments = shlex.split(command)
    assert program == ".venv/bin/headway"
    headway = Path(sys.executable).with_name("headway")
    done = subprocess.run([headway, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == EXIT.get(arguments[0], 0), done.stderr
    assert bool(done.stdout.strip()) != (arguments[0] in SILENT)


def test_the_example_model_is_served(tmp_path: Path, catalog) -> None:
    [example] = blocks("yaml")
    models = yaml.safe_load(example)
    file = tmp_path / "example.yaml"
    shipped = (ROOT / "charts-src" / "headway" / "environments" / "prod.yaml").read_text()
    file.write_text(shipped.replace("name: prod", "name: example").rstrip("\n") + "\n" + example)
    plans = plan(load_environment(str(file), catalog), catalog)
    assert set(models) <= {planned.name for planned in plans}


def test_links_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"
