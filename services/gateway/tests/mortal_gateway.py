"""A gateway that the store kills between a write and its reply, and that is replaced at once."""

import asyncio
import os
import random
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial

from crowd import Crowd
from headway.domain.gateway_settings import ENVIRONMENT_PREFIX
from headway_gateway.settings import Settings
from s3 import KILLED, S3, Request, Script
from serving import supervisor_command

STARTED_PUTS = (20, 40)
"""Writes that one life of the gateway gets before it is killed, drawn between these."""
END_SECONDS = 10


def killing(kills: int, seed: int, otherwise: Script) -> Script:
    """End the gateway at some write of each of its first `kills` lives."""
    chance = random.Random(seed)  # noqa: S311  repeatable, hides nothing
    left = iter([chance.randint(*STARTED_PUTS) for _ in range(kills)])
    until_kill = next(left)

    def script(request: Request) -> str | None:
        nonlocal until_kill
        until_kill -= request.method == "PUT"
        if until_kill == 0 and request.method == "PUT":
            until_kill = next(left, -1)
            return KILLED
        return otherwise(request)

    return script


async def speak_to_mortal_gateway(settings: Settings, s3: S3, people: int, seed: int) -> Crowd:
    """What a crowd was told by one address behind which gateways come and go."""
    # This process holds the listening socket, so that people who come while no gateway lives wait in its queue.
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        async with _always_one_process(settings, s3, listener):
            crowd = Crowd(f"http://127.0.0.1:{listener.getsockname()[1]}", s3, people, seed)
            await crowd.speak()
    return crowd


@asynccontextmanager
async def _always_one_process(settings: Settings, s3: S3, listener: socket.socket) -> AsyncIterator[None]:
    """A gateway process on `listener`, which the store's proxy kills and a supervisor replaces."""
    fd = listener.fileno()
    supervisor = await asyncio.create_subprocess_exec(
        *supervisor_command(fd),
        env=_environment(settings),
        pass_fds=[fd],
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    following = asyncio.create_task(_follow(supervisor, s3))
    try:
        yield
    finally:
        os.killpg(supervisor.pid, signal.SIGKILL)
        await asyncio.wait_for(supervisor.wait(), END_SECONDS)
        following.cancel()


async def _follow(supervisor: asyncio.subprocess.Process, s3: S3) -> None:
    """Aim at the process that lives now."""
    assert supervisor.stdout is not None
    async for line in supervisor.stdout:
        if line.strip().isdigit():
            s3.proxy.kill = partial(_kill, int(line))


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _environment(settings: Settings) -> dict[str, str]:
    given = settings.model_dump(include={"responses_bucket", "s3_endpoint", "storage_timeout_seconds"})
    return {**os.environ} | {f"{ENVIRONMENT_PREFIX}{name.upper()}": str(value) for name, value in given.items()}
