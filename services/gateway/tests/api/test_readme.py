"""The README is true: its commands run in its order, and its example prints an answer."""

import contextlib
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from newcomer import Newcomer, Readme

README = Readme((Path(__file__).parents[2] / "README.md").read_text())
READY = {
    "headway-model-server": "http://127.0.0.1:8001/health",
    "headway-gateway --port": "http://127.0.0.1:9000/readyz",
}


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Newcomer]:
    with Newcomer(tmp_path, ("8001", "8080", "9000"), READY) as made:
        yield made


@pytest.mark.skipif(shutil.which("curl") is None, reason="the README asks with curl, which is not here")
def test_a_newcomer_gets_answers_by_the_readme_alone(newcomer: Newcomer) -> None:
    said = {}
    for command in [shown.command for shown in README.shown() if shown.command != "make setup"]:
        if any(server in command for server in READY) and "--print-settings" not in command:
            newcomer.serve(command)
        else:
            said[command] = newcomer.type(command)
    [chat] = [text for command, text in said.items() if "chat/completions" in command]
    assert '"object":"chat.completion"' in chat.replace(" ", "")
    [generated] = [text for command, text in said.items() if "/generate" in command]
    assert '"tokens_generated":8' in generated
    assert any("headway_gateway_requests_total" in text for text in said.values())
    [example] = README.blocks("python")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(newcomer.here(example), {})  # noqa: S102  the README's own example
    assert printed.getvalue()
