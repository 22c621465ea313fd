"""F7: no model server can be reached, one comes and goes, one comes back."""

import asyncio
import time

from faults.backend import Backend, Fleet, fleet
from faults.client import Answer, ask
from faults.criterion import Criterion, at_most, none
from faults.gateway import GatewayProcess
from faults.rows.serving import serving
from faults.rows.size import Size

PROBE_SECONDS = 0.5
TICK_SECONDS = 0.25
EARLY_SECONDS = 1.0
MOST_RETRY_AFTER_SECONDS = 120
PATIENCE_SECONDS = 10.0
UNREACHABLE = {
    "connection refused": ["http://127.0.0.1:9", "http://127.0.0.1:11"],
    "no such host": ["http://no-such-host.invalid:8000"],
}


def outages(_: Fleet, size: Size) -> list[Criterion]:
    """With servers of its own, which go down."""
    with fleet() as own:
        steady, flapping, lonely = (own.add(name) for name in ("steady", "flapping", "lonely"))
        models = [("pair", [steady.url, flapping.url]), ("lonely", [lonely.url]), *UNREACHABLE.items()]
        with serving(
            own, models, ejection_failures=3, ejection_seconds=PROBE_SECONDS, connect_timeout_seconds=0.4,
            hold_seconds=0, hold_silent_seconds=0,
        ) as running:  # fmt: skip
            return asyncio.run(_measured(running, own, size))


async def _measured(running: GatewayProcess, own: Fleet, size: Size) -> list[Criterion]:
    _, flapping, lonely = own.servers
    criteria = []
    for model in UNREACHABLE:
        criteria += _told(f"{size.share(200)} requests, {model}", await _asked(running.port, model, size.share(200)))
    cycles = size.share(20)
    unserved = await _unserved_while_flapping(running, flapping, cycles)
    probes = await _probes_a_period(running, own)
    back = [await _found_again(running, lonely) for _ in range(size.share(20))]
    bound = 2 * PROBE_SECONDS + TICK_SECONDS
    return [
        *criteria,
        none("F7", f"{cycles} times one of two servers goes and comes: requests not served", unserved),
        at_most("F7", "requests that an ejected server gets", probes, 1, "a probe period"),
        at_most("F7", f"{len(back)} outages: longest until a server that is back is found", max(back), bound),
    ]


async def _asked(port: int, model: str, count: int) -> list[Answer]:
    return [await ask(port, "k=1", model=model, stream=number % 2 == 0) for number in range(count)]


def _told(name: str, answers: list[Answer]) -> list[Criterion]:
    told = [
        answer
        for answer in answers
        if answer.status == 503 and 1 <= int(answer.headers.get("retry-after", 0)) <= MOST_RETRY_AFTER_SECONDS
    ]
    return [
        none("F7", f"{name}: not told 503 with Retry-After", len(answers) - len(told)),
        at_most("F7", f"{name}: longest until told", max(answer.seconds for answer in answers), EARLY_SECONDS),
    ]


async def _unserved_while_flapping(running: GatewayProcess, flapping: Backend, cycles: int) -> int:
    unserved = 0
    for _ in range(cycles):
        for change in (flapping.down, flapping.up):
            change()
            answers = [await ask(running.port, "k=1", model="pair") for _ in range(15)]
            unserved += sum(not answer.served for answer in answers)
    return unserved


async def _probes_a_period(running: GatewayProcess, own: Fleet) -> float:
    """Requests to a server that dies at each, in a probe period, over five of them and less the first."""
    while running.metric("headway_gateway_ready_replicas", model="lonely"):
        await ask(running.port, "script=dies_silent", model="lonely")
    before, begun = len(own.visits), time.monotonic()
    while time.monotonic() - begun < 5 * PROBE_SECONDS:
        await asyncio.gather(*(ask(running.port, "script=dies_silent", model="lonely") for _ in range(5)))
    return max(0, len(own.visits) - before - 1) / 5


async def _found_again(running: GatewayProcess, lonely: Backend) -> float:
    """Seconds from its return to the first answer, while it is asked for all the time."""
    lonely.down()
    await _ask_for(running.port, 5 * PROBE_SECONDS)
    lonely.up()
    back = time.monotonic()
    while not (await ask(running.port, "k=1", model="lonely")).served and time.monotonic() - back < PATIENCE_SECONDS:
        await asyncio.sleep(0.02)
    return time.monotonic() - back


async def _ask_for(port: int, seconds: float) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        await ask(port, "k=1", model="lonely")
        await asyncio.sleep(0.05)
