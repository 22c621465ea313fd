"""`headway up` whose first replica runs a command of the caller's, as `--engine vllm` does with vLLM."""

import argparse
import sys
from pathlib import Path

from headway.local import Options, run

parser = argparse.ArgumentParser()
parser.add_argument("--runs", type=Path, required=True)
parser.add_argument("--speed", type=float, required=True)
parser.add_argument("--engine", action="append", required=True, help="One word of the command; may be repeated.")
given = parser.parse_args()

if __name__ == "__main__":
    sys.exit(run(Options(runs=given.runs, speed=given.speed, real_engine=tuple(given.engine))))
