"""The process that an engine's arguments become."""

import importlib.util
import shutil
import sys
from pathlib import Path

from headway_model_server.faults import StartFault

MIDDLEWARE = "headway_model_server.in_engine.middleware.EngineMiddleware"
SGLANG_SERVER = "headway_model_server.in_engine.sglang_server"


def missing_engine(engine: str) -> StartFault | None:
    """The engine's package, where this environment lacks it."""
    if importlib.util.find_spec(engine) is not None:
        return None
    remedy = f"run it in the image of {engine}, install it beside this program, or state --simulate --gpu NAME"
    return StartFault(f"--engine {engine}", f"its Python package {engine!r} is not installed here", remedy)


def engine_command(engine: str, arguments: tuple[str, ...], serves_api: bool = True) -> tuple[str, ...]:
    """Program and arguments, with the launcher's middleware inside the engine's server.

    A machine that serves no API (a worker of a group) gets none.
    """
    if engine == "sglang":
        return (sys.executable, "-m", SGLANG_SERVER, *arguments)
    return (_program("vllm"), "serve", *arguments, *(("--middleware", MIDDLEWARE) if serves_api else ()))


def _program(name: str) -> str:
    """The program of this very environment, before any other on the path."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name) or name
