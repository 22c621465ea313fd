"""The page about checkov lists exactly the policies that objects of dist/ leave out, with their reasons."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
ANNOTATION = re.compile(r"^    checkov\.io/skip\d+: [\"']?(CKV\w+)=(.+?)[\"']?$", re.MULTILINE)
ROW = re.compile(r"^\| `(CKV\w+)` \| (\d+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)


def test_every_skip_in_dist_is_on_the_page_with_its_reason_and_count() -> None:
    files = [file.read_text(encoding="utf-8") for file in (ROOT / "dist").rglob("*.yaml")]
    stated = Counter(found for text in files for found in ANNOTATION.findall(text))
    written = sum(text.count("checkov.io/skip") for text in files)
    page = (ROOT / "docs" / "reference" / "checkov.md").read_text(encoding="utf-8")
    listed = {(policy, reason): int(count) for policy, count, reason in ROW.findall(page)}
    assert listed == dict(stated), "run make check-agrees and read the difference"
    assert stated.total() == written > 0
