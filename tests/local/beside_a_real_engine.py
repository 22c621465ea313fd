"""`headway up` whose first replica runs a command of the caller's, as `--engine vllm` does with vLLM."""

import argparse
import sys
from pathlib import Path

from headway.local import Options, run

ARGUMENTS = ("/models/llama", "--max-model-len", "4096", "--max-num-seqs", "16")

parser = argparse.ArgumentParser()
parser.add_argument("--runs", type=Path, required=True)
parser.add_argument("--speed", type=float, required=True)
parser.add_argument("--engine", action="append", required=True, help="One word of the command; may be repeated.")
given = parser.parse_args()

if __name__ == "__main__":
    options = Options(
        runs=given.runs, speed=given.speed, real_engine=tuple(given.engine), real_engine_arguments=ARGUMENTS
    )
    sys.exit(run(options))
