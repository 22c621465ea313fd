"""Changes faults while the engine runs: `GET`, `PUT` and `DELETE /simulated/faults`, where that is allowed.

The answer names the faults that are on, how often each was met, and by how many seconds the machine came too late for the
steps of the simulated engine (`late_seconds`; above 0 the engine was slower than it pretends to be).
"""

import json
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from headway_model_server.simulated.faults.plan import NoSuchFault
from headway_model_server.simulated.simulation import Simulation

PATH = "/simulated/faults"


def admin_routes(simulation: Simulation, changed: Callable[[], None]) -> list[Route]:
    """The admin paths; `changed` is called after every change."""

    def shown() -> JSONResponse:
        return JSONResponse({**simulation.faults.shown(), "late_seconds": simulation.driver.late_seconds})

    async def show(_: Request) -> JSONResponse:
        return shown()

    async def replace(request: Request) -> JSONResponse:
        try:
            stated = json.loads(await request.body() or b"{}") if request.method == "PUT" else {}
            if not isinstance(stated, dict):
                raise NoSuchFault("state a JSON object of faults by name")
            simulation.faults.replace(stated)
        except (NoSuchFault, json.JSONDecodeError, UnicodeDecodeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        changed()
        return shown()

    return [Route(PATH, show, methods=["GET"]), Route(PATH, replace, methods=["PUT", "DELETE"])]
