"""Answers questions with public tools: JSON on stdin, JSON on stdout. Runs in `.cache/peers`, never in the main environment.

Each question names its peer; an answer is an object, or `{"error": …}` where the peer has none.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any


def main() -> None:
    warnings.filterwarnings("ignore")
    logging.disable(logging.ERROR)
    answers = [_answer(question) for question in json.load(sys.stdin)]
    versions = {name: version(name) for name in ("aiconfigurator", "vramcalc", "llm-sizer")}
    json.dump({"versions": versions, "answers": answers}, sys.stdout)


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    peer = question.pop("peer")
    try:
        return {"aiconfigurator": _estimate, "vramcalc": _memory, "llm-sizer": _machine}[peer](**question)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def _estimate(**question: Any) -> dict[str, Any]:
    """One point of aiconfigurator; milliseconds, and how they are spent where it says so."""
    from aiconfigurator.cli.api import cli_estimate

    result = cli_estimate(**question, backend_name="vllm", stride=1)
    static = {"static_gen": "get_generation_latency_dict", "static_ctx": "get_context_latency_dict"}.get(
        question["mode"]
    )
    operations = getattr(result.summary, static)() if static else {}
    return {
        "operations_ms": {name: float(took) for name, took in operations.items()},
        "ttft_ms": float(result.ttft),
        "tpot_ms": float(result.tpot),
        "tokens_per_second": float(result.tokens_per_second),
    }


def _memory(config: dict[str, Any], batch: int, tokens: int) -> dict[str, int]:
    """Bytes that vramcalc counts for one GPU."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text(json.dumps(config))
        asked = ("estimate", folder, "--batch", str(batch), "--seq", str(tokens), "--dtype", "bf16")
        estimate = _run("vramcalc", *asked)["estimate"]
    return {name: estimate[name] for name in ("weights", "kv_cache", "activations", "overhead", "total")}


def _machine(model: str, users: int, context: int) -> dict[str, Any]:
    """The EC2 machine that llm-sizer recommends."""
    return _run("llm-sizer", "--model", model, "--concurrent-users", str(users), "--context", str(context))


def _run(tool: str, *arguments: str) -> dict[str, Any]:
    command = [str(Path(sys.executable).parent / tool), *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError((done.stderr or done.stdout).strip()[:200])
    return json.loads(done.stdout)


if __name__ == "__main__":
    main()
