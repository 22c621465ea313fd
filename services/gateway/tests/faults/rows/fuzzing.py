"""B1 and B6: cases from the OpenAPI document, and atheris over the splitter and the validators."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

from faults.criterion import Criterion, none
from faults.rows.size import Size

FUZZ_SECONDS = 1_800
OPERATIONS_CASES = 2_000
LEAST_CASES = 5_000
_COUNTED = re.compile(r"gateway-api-fuzz: (\d+) cases, by status: ({.*})")
DOCUMENT_TEST = "services/gateway/tests/api/test_openapi.py"


def document(size: Size) -> list[Criterion]:
    """B1: `make gateway-api-fuzz` in a process of its own; every answer is judged there beside the document."""
    cases = max(100, size.share(OPERATIONS_CASES))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-s", "-q", "-k", "every_answer_is_documented", DOCUMENT_TEST],
        env={**os.environ, "HEADWAY_FUZZ_CASES": str(cases)},
        capture_output=True,
        text=True,
        timeout=FUZZ_SECONDS,
        check=False,
    )
    counted = _COUNTED.search(done.stdout)
    statuses: dict[str, int] = ast.literal_eval(counted[2]) if counted else {}
    told = ", ".join(f"{count:,} × {status}" for status, count in statuses.items()) or done.stdout[-300:]
    least = LEAST_CASES if size.full else 1
    enough = sum(statuses.values()) >= least
    unplanned = sum(count for status, count in statuses.items() if status == "500")
    return [
        Criterion("B1", "cases from the OpenAPI document, by status", f"≥ {least:,}", told, enough),
        none("B1", "status 500", unplanned),
        Criterion("B1", "statuses, headers or bodies that the document does not state", "none",
                  "none" if done.returncode == 0 else "see the test's output", done.returncode == 0),
    ]  # fmt: skip


def fuzz(python: Path, executions: int) -> list[Criterion]:
    """B6: each target in a process of its own, with a Python that has atheris."""
    criteria = []
    for target in ("events", "requests"):
        command = [
            str(python), "tools/gateway_fuzz.py", target, f"-runs={executions}", "-max_len=512", "-seed=1",
            "-artifact_prefix=build/",
        ]  # fmt: skip
        code = subprocess.run(command, timeout=FUZZ_SECONDS, check=False).returncode
        what = f"{target}: crashes and differences in {executions:,} executions"
        criteria.append(Criterion("B6", what, "0", "0" if code == 0 else f"exit code {code}", code == 0))
    return criteria
