"""Writes what is found in the fault fixtures of some rules to their expected.txt: `python tools/expect.py RULE...`.

Read the difference before it is committed: this records what the rules say, not whether they are right.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from policies.fixture_sets import FIXTURES, RULES, found

for name in sys.argv[1:] or sorted(RULES):
    for side in ("fault", "clean"):
        folder = FIXTURES / name / side
        lines = found(folder) if folder.exists() else [f"missing: {folder}"]
        print("\n".join([f"{name}/{side}", *(f"  {line}" for line in lines)]))
        if side == "fault" and folder.exists():
            (folder / "expected.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
