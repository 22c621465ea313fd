"""SGLang's application gets the middleware before its own launcher runs; its package is a stand-in, for it needs a GPU."""

import os
import subprocess
import sys
from pathlib import Path

SERVER = "from starlette.applications import Starlette\napp = Starlette()\n"
LAUNCHER = """
import sys
from sglang.srt.entrypoints.http_server import app
assert "prometheus_client" not in sys.modules, "imported before SGLang chose its folder"
if __name__ == "__main__":
    print([entry.cls.__name__ for entry in app.user_middleware], sys.argv[1:])
"""


def test_the_middleware_is_around_sglangs_application(tmp_path: Path) -> None:
    folder = tmp_path / "sglang/srt/entrypoints"
    folder.mkdir(parents=True)
    for package in (tmp_path / "sglang", tmp_path / "sglang/srt", folder):
        (package / "__init__.py").touch()
    (folder / "http_server.py").write_text(SERVER)
    (tmp_path / "sglang/launch_server.py").write_text(LAUNCHER)
    ran = subprocess.run(
        [sys.executable, "-m", "headway_model_server.in_engine.sglang_server", "--model-path", "tiny"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ran.stdout.strip() == "['around'] ['--model-path', 'tiny']", ran.stderr
