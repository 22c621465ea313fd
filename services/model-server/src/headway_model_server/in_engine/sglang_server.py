"""SGLang's server with the launcher's middleware around it: `python -m … <arguments of sglang.launch_server>`.

SGLang takes no middleware on its command line; its application is a global of one module, as of 0.5.23.
"""

import importlib
import runpy

from starlette.types import ASGIApp

SERVER_MODULE = "sglang.srt.entrypoints.http_server"
LAUNCHER_MODULE = "sglang.launch_server"


def around(app: ASGIApp) -> ASGIApp:
    """Imports late: SGLang points prometheus-client at its folder before that may be imported."""
    from headway_model_server.in_engine.middleware import EngineMiddleware

    return EngineMiddleware(app)


def main() -> None:
    """Runs the server in this process."""
    importlib.import_module(SERVER_MODULE).app.add_middleware(around)
    runpy.run_module(LAUNCHER_MODULE, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
