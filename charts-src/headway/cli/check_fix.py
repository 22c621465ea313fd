"""`headway check --fix`: the diff first, then the files, each replaced in one step."""

import difflib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import click

from headway.cli.failures import fail
from headway.policies import ALL, Harvest, Index
from headway.policies.repairs import REPAIRS, LeftAlone, Plan, Planner


def fix(harvest: Harvest, index_of: Callable[[Harvest], Index], agreed: bool, talk_on_stderr: bool) -> bool | None:
    """Shows and makes repairs. `None`: there was nothing to repair; else whether files were changed.

    `agreed` makes them without asking; `talk_on_stderr` keeps stdout for the report.
    """
    plan = Planner(index_of, ALL, REPAIRS, read_exactly).repair(harvest)
    for treated in plan.left_alone:
        click.echo(f"left alone: {treated}", err=True)
    if not plan.texts:
        click.echo("nothing to repair", err=True)
        return None
    click.echo(diff(plan), nl=False, err=talk_on_stderr)
    count = f"{len(plan.repaired)} finding{'s' * (len(plan.repaired) != 1)} in {len(plan.texts)} file" + (
        "s" * (len(plan.texts) != 1)
    )
    if not agreed and not sys.stdin.isatty():
        click.echo(f"{count} can be repaired; nothing was changed: add --yes to write this diff", err=True)
        return False
    if not agreed and not click.confirm(f"repair {count}?", err=True):
        return False
    for file, (before, after) in plan.texts.items():
        replace_text(Path(file), before, after)
    click.echo(f"repaired {count}", err=True)
    return True


def diff(plan: Plan) -> str:
    """Every change as one unified diff, that `patch -p1` takes."""
    lines: list[str] = []
    for file, (before, after) in sorted(plan.texts.items()):
        shown = file.lstrip("/")
        old, new = (text.split("\n") for text in (before, after))
        found = difflib.unified_diff(old, new, f"a/{shown}", f"b/{shown}", lineterm="")
        lines += [line.removesuffix("\r") for line in found]
    return "\n".join([*lines, ""])


def read_exactly(file: str) -> str:
    """A file's text with its own line ends. Raises `LeftAlone` where it cannot be written back as it was."""
    try:
        return Path(file).read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise LeftAlone("its file is not UTF-8") from None
    except OSError:
        raise LeftAlone("it was not read from a file") from None


def replace_text(file: Path, before: str, after: str) -> None:
    """Puts a new text in a file's place in one step, with its permissions; a link keeps leading to it."""
    real = file.resolve()
    if real.read_bytes() != before.encode("utf-8"):
        fail([f"{file}: changed since it was read"], "run headway check --fix again; files before it were repaired")
    with tempfile.NamedTemporaryFile(dir=real.parent, prefix=f".{real.name}.", delete=False) as made:
        try:
            made.write(after.encode("utf-8"))
            made.flush()
            os.fsync(made.fileno())
            os.chmod(made.name, real.stat().st_mode)
            os.replace(made.name, real)
        except OSError as error:
            os.unlink(made.name)
            fail([f"{file}: cannot be written: {error.strerror}"], "check its permissions; the file is as it was")
