"""A simulated engine for programs that have no event loop of their own."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator

from headway_model_server.simulated.options import SimulationOptions
from headway_model_server.simulated.server import SimulatedEngine

START_SECONDS = 30.0
"""Longest wait for it to listen, and to end."""


@contextlib.contextmanager
def running_in_thread(options: SimulationOptions, wait: bool = True) -> Iterator[SimulatedEngine]:
    """A simulated engine in a thread, listening when it is entered unless `wait` is false, and gone when it is left.

    Raises `errors.StartError`, and `TimeoutError` when it does not listen within 30 s.
    """
    started = threading.Event()
    failed: list[Exception] = []
    engines: list[SimulatedEngine] = []
    loop = asyncio.new_event_loop()

    async def run() -> None:
        engine = SimulatedEngine(options)
        engines.append(engine)
        if not wait:
            started.set()
        ending = asyncio.ensure_future(engine.run())
        listening = asyncio.ensure_future(engine.ready.wait())
        await asyncio.wait({ending, listening}, return_when=asyncio.FIRST_COMPLETED)
        started.set()
        await ending

    def work() -> None:
        try:
            loop.run_until_complete(run())
        except Exception as error:
            failed.append(error)
        finally:
            started.set()
            loop.close()

    thread = threading.Thread(target=work, name="simulated engine", daemon=True)
    thread.start()
    if not started.wait(START_SECONDS):
        raise TimeoutError("the simulated engine does not listen")
    if failed:
        raise failed[0]
    try:
        yield engines[0]
    finally:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(engines[0].kill)
        thread.join(START_SECONDS)
