"""Records the flags that an engine's server has, by asking its own argument parser.

    python3 -m venv build/engine && build/engine/bin/pip install vllm==0.33.0
    build/engine/bin/python tools/engine_flags.py vllm --as-of 2026-11-21

Run it with the interpreter of an environment that has the engine (several gigabytes, no GPU needed); it replaces that
engine's rows in the catalog's `engine_flags.csv`. Names, arity, choices and number kinds are facts; help texts are
left where they are.
"""

from __future__ import annotations

import argparse
import csv
import importlib.metadata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "charts-src" / "headway" / "catalog" / "data" / "engine_flags.csv"
COLUMNS = ("engine", "flag", "aliases", "arity", "kind", "choices", "server_only", "replaced_by")
ABOUT = ("version", "source", "as_of")
ARITY = {None: "one", 0: "none", "?": "optional", "+": "many", "*": "many"}
Row = dict[str, str]


def main() -> None:
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("engine", choices=sorted(PARSERS))
    command.add_argument("--as-of", required=True, help="date of the recording (YYYY-MM-DD)")
    stated = command.parse_args()
    server, engine_only = PARSERS[stated.engine]()
    version = importlib.metadata.version(stated.engine)
    about = {"version": version, "source": "its argument parser, asked", "as_of": stated.as_of, "engine": stated.engine}
    recorded = [row | about for row in _rows(server, engine_only)]
    others = [row for row in _stored() if row["engine"] != stated.engine]
    with DATA.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, (*COLUMNS, *ABOUT), lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted([*others, *recorded], key=lambda row: (row["engine"], row["flag"])))
    print(f"{len(recorded)} flags of {stated.engine} {version}")


def _stored() -> list[Row]:
    if not DATA.is_file():
        return []
    with DATA.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _rows(server: argparse.ArgumentParser, engine_only: set[str] | None) -> Iterator[Row]:
    for action in server._actions:
        names = [name.removeprefix("--") for name in action.option_strings if name.startswith("--")]
        if not names or names == ["help"]:
            continue
        name, *aliases = names
        yield {
            "flag": name,
            "aliases": " ".join(aliases),
            "arity": ARITY.get(action.nargs, "many"),
            "kind": _kind(action.type),
            "choices": " ".join(_choices(action)),
            "server_only": "yes" if engine_only is not None and name not in engine_only else "no",
            "replaced_by": str(getattr(action, "new_flag", "") or "").removeprefix("--"),
        }


def _kind(parse: Any) -> str:
    """What a parser reads: whole numbers, numbers, counts such as `8k`, or any text; optional values are looked into."""
    inner = [cell.cell_contents for cell in getattr(parse, "__closure__", None) or ()]
    if "optional_type" in getattr(parse, "__qualname__", "") and inner:
        return _kind(inner[0])
    if getattr(parse, "__name__", "").startswith("human_readable_int"):
        return "count"
    return "whole" if parse is int else "number" if parse is float else ""


def _choices(action: argparse.Action) -> list[str]:
    """The values it accepts; a list in place of a metavar holds those that are registered at run time."""
    listed: Any = action.choices if action.choices is not None else action.metavar
    if isinstance(listed, str) or listed is None or not all(isinstance(choice, str | int) for choice in listed):
        return []
    words = [str(choice) for choice in listed if choice is not None]
    return sorted(words) if isinstance(listed, set | frozenset) else words


def _vllm() -> tuple[argparse.ArgumentParser, set[str]]:
    import vllm.platforms as platforms
    from vllm.platforms.cpu import CpuPlatform

    platforms._current_platform = CpuPlatform()  # defaults differ by platform, flags do not
    from vllm.engine.arg_utils import EngineArgs
    from vllm.entrypoints.common.cli_args import make_arg_parser
    from vllm.model_executor.layers.quantization import QUANTIZATION_METHODS
    from vllm.utils.argparse_utils import FlexibleArgumentParser

    engine = EngineArgs.add_cli_args(FlexibleArgumentParser())
    names = {name.removeprefix("--") for action in engine._actions for name in action.option_strings}
    server = make_arg_parser(FlexibleArgumentParser())
    for action in server._actions:
        if action.dest == "quantization":
            action.choices = QUANTIZATION_METHODS  # checked after parsing, against this list
    return server, names


def _sglang() -> tuple[argparse.ArgumentParser, None]:
    from sglang.srt.server_args import ServerArgs

    parser = argparse.ArgumentParser()
    ServerArgs.add_cli_args(parser)
    return parser, None


PARSERS: dict[str, Callable[[], tuple[argparse.ArgumentParser, set[str] | None]]] = {
    "vllm": _vllm,
    "sglang": _sglang,
}

if __name__ == "__main__":
    main()
