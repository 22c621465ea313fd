"""checkov over dist/, offline, and the page that says what it found: `make check-agrees`.

Fails where less than 99 % of what is judged passes, or where a policy is skipped without a reason. Policies that one
object leaves out on purpose carry their reason in an annotation that the construct writes (constructs/scanner_skips.py).
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "reference" / "checkov.md"
LEAST_PASSED = 0.99
Results = dict[str, Any]


def scan(checkov: str, folder: str = "dist") -> Results:
    """checkov's report on a folder; its policies come with it, and none is fetched."""
    command = [
        checkov,
        "--directory",
        folder,
        "--framework",
        "kubernetes",
        "--skip-download",
        "--output",
        "json",
    ]
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "LOG_LEVEL": "ERROR"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    try:
        report: Results = json.loads(done.stdout)
    except ValueError:
        raise SystemExit(f"error: checkov said no JSON: {done.stderr.strip()[-400:]}") from None
    if "results" not in report:
        raise SystemExit(f"error: checkov found nothing to judge in {folder}/")
    return report


def skips(report: Results) -> Counter[tuple[str, str, str]]:
    """How often each policy is skipped, by its id, what it wants and the reason."""
    return Counter(
        (entry["check_id"], entry["check_name"], entry["check_result"].get("suppress_comment") or "")
        for entry in report["results"]["skipped_checks"]
    )


def page(report: Results) -> str:
    """The page of the reference."""
    summary = report["summary"]
    judged = summary["passed"] + summary["failed"]
    lines = [
        "# What checkov says of dist/",
        "",
        f"checkov {summary['checkov_version']}, its Kubernetes policies, offline, over every file of `dist/`. Written by "
        "`make check-agrees`. It judges one object at a time; what holds between objects is proved by `headway check`.",
        "",
        "| objects | passed | failed | skipped with a reason | passed of judged |",
        "|---|---|---|---|---|",
        f"| {summary['resource_count']} | {summary['passed']} | {summary['failed']} | {summary['skipped']} "
        f"| {summary['passed'] / judged:.1%} |",
        "",
        "## What is skipped, and why",
        "",
        "The construct that makes the object writes the reason into it (`charts-src/headway/constructs/scanner_skips.py`).",
        "",
        "| policy | objects | what it wants | why not here |",
        "|---|---|---|---|",
        *(
            f"| `{policy}` | {count} | {wants} | {reason} |"
            for (policy, wants, reason), count in sorted(skips(report).items())
        ),
    ]
    failed = Counter((f["check_id"], f["check_name"], f["file_path"]) for f in report["results"]["failed_checks"])
    if failed:
        lines += ["", "## What fails", "", "| policy | what it wants | file |", "|---|---|---|"]
        lines += [f"| `{policy}` | {wants} | `{file.lstrip('/')}` |" for policy, wants, file in sorted(failed)]
    return "\n".join(lines) + "\n"


def main() -> None:
    report = scan(sys.argv[1])
    summary = report["summary"]
    PAGE.write_text(page(report), encoding="utf-8")
    print(f"checkov {summary['checkov_version']} on dist/: {summary['passed']} passed, {summary['failed']} failed, "
          f"{summary['skipped']} skipped; {PAGE.relative_to(ROOT)}")  # fmt: skip
    unexplained = [policy for policy, _, reason in skips(report) if not reason.strip()]
    if unexplained:
        raise SystemExit(f"error: skipped without a reason: {', '.join(sorted(unexplained))}")
    if summary["passed"] < LEAST_PASSED * (summary["passed"] + summary["failed"]):
        raise SystemExit(
            f"error: less than {LEAST_PASSED:.0%} passed\n\nhint: repair it in the construct, or state why not there"
        )


if __name__ == "__main__":
    main()
