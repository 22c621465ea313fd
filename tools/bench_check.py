"""`headway check` beside kubeconform and checkov on the same folders: part of `make bench`.

    headway       every rule over the whole set
    kubeconform   schemas of built-in kinds, one object at a time, 4 workers; custom resources are skipped
    checkov       its Kubernetes policies, one object at a time; measured where HEADWAY_CHECKOV names the program

Whole commands from a cold start: seconds, peak memory, ratio to kubeconform. The set of 10,000 objects is `dist/prod`
again and again with namespaces of its own.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
PROD = REPOSITORY / "dist" / "prod"
SCHEMAS = "build/schemas/kubernetes/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--objects", type=int, default=10_000)
    arguments = parser.parse_args()
    subprocess.run([sys.executable, "tools/schemas.py"], cwd=REPOSITORY, check=True, capture_output=True)
    print("objects   command       seconds   peak MB   × kubeconform")
    with tempfile.TemporaryDirectory() as folder:
        many = Path(folder)
        count = _copies(many, arguments.objects)
        for place, objects, runs in ((PROD, len(list(PROD.rglob("*.yaml"))), arguments.runs), (many, count, 1)):
            _compare(place, objects, runs)


def _compare(place: Path, objects: int, runs: int) -> None:
    results = {name: [_measure(command) for _ in range(runs)] for name, command in _commands(place).items()}
    base = statistics.median(seconds for seconds, _ in results["kubeconform"])
    for name, measured in results.items():
        seconds = statistics.median(second for second, _ in measured)
        peak = max(megabytes for _, megabytes in measured)
        print(f"{objects:7}   {name:12}  {seconds:7.2f}   {peak:7.0f}   {seconds / base:13.2f}")


def _commands(place: Path) -> dict[str, list[str]]:
    found = {
        "headway": [str(Path(sys.executable).parent / "headway"), "check", str(place), "--format", "json"],
        "kubeconform": [
            "build/bin/kubeconform", "-strict", "-n", "4", "-ignore-missing-schemas", "-schema-location", SCHEMAS, str(place)
        ],
    }  # fmt: skip
    if checkov := os.environ.get("HEADWAY_CHECKOV"):
        found["checkov"] = [
            checkov,
            "-d",
            str(place),
            "--framework",
            "kubernetes",
            "--skip-download",
            "--quiet",
            "--compact",
        ]
    return found


def _measure(command: list[str]) -> tuple[float, float]:
    """Seconds and peak memory in MB of one run; findings of the command are no failure here."""
    script = (
        "import resource, subprocess, sys, time\n"
        "began = time.perf_counter()\n"
        "code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024\n"
        "print(time.perf_counter() - began, used, code)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, *command], cwd=REPOSITORY, check=True, capture_output=True, text=True
    )
    seconds, peak, code = run.stdout.split()
    if code not in ("0", "1"):
        raise SystemExit(f"{command[0]} ended with {code}")
    return float(seconds), float(peak)


def _copies(folder: Path, objects: int) -> int:
    """Writes copies of the production set until there are as many objects."""
    files = sorted(PROD.rglob("*.yaml"))
    for copy in range(-(-objects // len(files))):
        for file in files:
            to = folder / f"set-{copy}" / file.relative_to(PROD)
            to.parent.mkdir(parents=True, exist_ok=True)
            text = file.read_text(encoding="utf-8").replace("namespace: headway-", f"namespace: s{copy}-headway-")
            to.write_text(text, encoding="utf-8")
    return len(files) * -(-objects // len(files))


if __name__ == "__main__":
    main()
