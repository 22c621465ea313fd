"""Headway's launcher in a container's command line: `headway-model-server [options] -- <engine arguments>`.

It starts the engine with the arguments behind `--`, takes its requests and drains them; what an engine's flags say is as true
behind it as without it.
"""

import re
from dataclasses import dataclass

from headway.domain.runtime_image import Engine

_PROGRAM = re.compile(r"(?:^|/)headway-model-server$")
_IMAGE = re.compile(r"(?:^|/)model-server-(?:vllm|sglang)(?:-[\w]+)*(?:[:@]|$)")
"""Images whose entry point is the launcher."""
_DEFAULT: Engine = "vllm"


@dataclass(frozen=True)
class Launch:
    """What a launcher is told."""

    engine: Engine
    port: int | None
    """The port that requests come in on, or `None` where the engine's own arguments say it."""
    engine_words: tuple[str, ...]
    """The engine's arguments."""


def launch(words: tuple[str, ...], image: str, has_command: bool) -> Launch | None:
    """The launcher in a command line, or in arguments of an image that starts it; `None` where there is none."""
    start = next((place for place, word in enumerate(words) if _PROGRAM.search(word)), None)
    if start is None and (has_command or not _IMAGE.search(image)):
        return None
    behind = words if start is None else words[start + 1 :]
    end = behind.index("--") if "--" in behind else len(behind)
    options = _options(behind[:end])
    port = options.get("--port", "")
    return Launch(options.get("--engine", _DEFAULT), int(port) if port.isdigit() else None, behind[end + 1 :])


def _options(words: tuple[str, ...]) -> dict[str, str]:
    """Options with a value, written `--port 8000` or `--port=8000`."""
    found: dict[str, str] = {}
    for place, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name.startswith("--"):
            after = words[place + 1] if place + 1 < len(words) else ""
            found[name] = value if equals else after
    return found
