"""A run on a machine whose environment names a proxy: nothing of the run goes there."""

import contextlib
import socket
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_run import HEADWAY, local_run


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A proxy that takes connections and never answers; the environment names it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, address)
            monkeypatch.setenv(name.upper(), address)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        yield listening


def test_neither_the_run_nor_its_commands_ask_the_proxy_of_the_environment(
    tmp_path: Path, proxy: socket.socket
) -> None:
    with local_run(tmp_path, "--speed", "60") as run:
        command = [HEADWAY, "chaos", "metric-loss", "--runs", str(tmp_path)]
        struck = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert (struck.returncode, struck.stderr) == (0, "")
        assert struck.stdout.startswith("no metric reaches the scaler")
        survey = {"id": str(uuid.uuid4()), "rating": 5, "company": "Line & Sons"}
        assert run.request("/api/survey/submit", survey, run.reach["audience_key"])[0] == 200
        assert run.ask().result(60)[0] == 200
        assert run.end() == 0
    proxy.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        proxy.accept()
        pytest.fail("something was sent to the proxy")
