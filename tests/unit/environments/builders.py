"""Environments that a test can build without a file of its own: the shipped base, and what the test is about."""

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from headway.catalog import load_catalog
from headway.domain.environment import EnvironmentSpec
from headway.environments import Environment, EnvironmentFaults, load_environment, plan
from headway.environments.source import Located, Origin

CATALOG = load_catalog()
FIXTURES = Path(__file__).parents[2] / "environments"
SHIPPED_MODELS = ("mistral-7b-awq", "llama-3.1-8b", "llama-2-7b-qlora", "llama-3.3-70b", "deepseek-r1")


def a_file(folder: Path, text: str, name: str = "sandbox") -> Path:
    """A file of `folder` that extends the base and states `text` besides."""
    path = folder / f"{name}.yaml"
    path.write_text(f"extends: base\nname: {name}\n{textwrap.dedent(text)}", encoding="utf-8")
    return path


def an_environment(folder: Path, **over: Any) -> Environment:
    """An environment whose file extends the base and states `over`."""
    path = folder / "sandbox.yaml"
    path.write_text(yaml.safe_dump({"extends": "base", "name": "sandbox", **over}, sort_keys=False), encoding="utf-8")
    return load_environment(str(path), CATALOG)


def a_spec(folder: Path, **over: Any) -> EnvironmentSpec:
    """The spec of such an environment."""
    return an_environment(folder, **over).spec


def a_model(**over: Any) -> dict[str, Any]:
    """A lawful model deployment: Mistral 7B in AWQ on one L4."""
    lawful: dict[str, Any] = {
        "card": "mistralai/Mistral-7B-Instruct-v0.3",
        "checkpoints": {"awq": "models/mistral/"},
        "context_tokens": 4096,
        "concurrency": 8,
        "objective": {"ttft_seconds": 2.0, "tpot_seconds": 0.1},
        "workload": {"requests_per_second": 1, "prompt_tokens": 300, "output_tokens": 100},
        "limits": {"replicas": {"min": 1, "max": 2}, "budget_usd_per_hour": 1000},
        "pools": ["l4-1x"],
    }
    return {**lawful, **over}


def only(**models: Any) -> dict[str, Any]:
    """`models` of an environment that keeps none of the base's."""
    return {**dict.fromkeys(SHIPPED_MODELS), **models}


def faults_of(path: Path) -> list[str]:
    """Every fault of a file as `line: path: problem; remedy`, without its name; a fault elsewhere keeps the file's name."""
    with pytest.raises(EnvironmentFaults) as caught:
        plan(load_environment(str(path), CATALOG), CATALOG)
    lines = [str(fault) for fault in caught.value.faults]
    own = [fault.file for fault in caught.value.faults]
    return [
        line.removeprefix(f"{file}:") if file.endswith(path.name) else line
        for line, file in zip(lines, own, strict=True)
    ]


def located(value: Any, file: str = "a.yaml") -> Located:
    """A plain value as if it had been read from `file`, everything on line 1."""
    if isinstance(value, Mapping):
        return Located({key: located(child, file) for key, child in value.items()}, Origin(file, 1))
    return Located(value, Origin(file, 1))
