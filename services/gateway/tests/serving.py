"""The survey as it ships: a gateway's own server with the native door, as a process that a test may kill.

What needs a clock of its own or one fault at a time asks `storage.Objects` and `SurveyService` without a server:
`surveys/test_objects.py`, `surveys/test_noticeboard.py`, and S4 of `faults/rows/surveys.py`.
"""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import nursery
from headway.domain.gateway_settings import variables
from headway_gateway.server import listen
from headway_gateway.settings import Settings

AUDIENCE = {"Authorization": "Bearer audience"}
PRESENTER = {"Authorization": "Bearer presenter"}
HOST = "127.0.0.1"
START_SECONDS = 10
END_SECONDS = 10
PLENTY = 10**7
PID_BYTES = 32
STANDARD_ERROR = 2


class Served(NamedTuple):
    """Where a gateway is asked."""

    url: str
    admin: str


@contextmanager
def served(settings: Settings) -> Iterator[Served]:
    """A gateway with `stated` settings on two free ports of loopback; it ends with the block."""
    with listen(HOST, 0) as port, listen(HOST, 0) as admin, stated(settings) as environment:
        where = Served(*(f"http://{HOST}:{each.getsockname()[1]}" for each in (port, admin)))
        with born(environment, port, admin) as gateway:
            # From here on only the gateway holds them, so that whoever asks it after its death is refused at once.
            port.close()
            admin.close()
            gateway.wait_until_serving()
            yield where


@contextmanager
def stated(settings: Settings) -> Iterator[dict[str, str]]:
    """The environment of a gateway: two keys, no models, and limits that a crowd does not reach."""
    with tempfile.TemporaryDirectory(prefix="survey-") as folder:
        upstreams, keys = Path(folder, "upstreams.json"), Path(folder, "keys")
        upstreams.write_text("[]")
        keys.write_text("".join(f"{name}:{sha256(name.encode()).hexdigest()}\n" for name in ("audience", "presenter")))
        update = {
            "upstreams_file": upstreams,
            "api_keys_file": keys,
            "presenter_clients": ("presenter",),
            "requests_per_minute": PLENTY,
            "request_burst": PLENTY,
        }
        yield {**os.environ, **variables(settings.model_copy(update=update))}


@dataclass(frozen=True)
class GatewayProcess:
    """A gateway that was started; its end is that of `control`."""

    pid: int
    control: socket.socket

    def wait_until_serving(self) -> None:
        """Fails where it ends before."""
        self.control.settimeout(START_SECONDS)
        assert self.control.recv(1) == nursery.SERVING, "the gateway ended before it served: see standard error"

    def kill(self) -> None:
        """SIGKILL."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def end(self) -> None:
        """Without further patience for what is under way, and by force if that takes too long."""
        self.control.settimeout(END_SECONDS)
        try:
            self.control.shutdown(socket.SHUT_WR)
            while self.control.recv(1):
                pass
        except TimeoutError:
            self.kill()
            raise


@contextmanager
def born(environment: dict[str, str], *ports: socket.socket) -> Iterator[GatewayProcess]:
    """A gateway on a listening socket for clients and, where there is a second, one for health and metrics."""
    control, its_control = socket.socketpair()
    with control:
        with its_control:
            given = [STANDARD_ERROR, its_control.fileno(), *(port.fileno() for port in ports)]
            socket.send_fds(_nursery(), [json.dumps(environment).encode()], given)
        gateway = GatewayProcess(int(_nursery().recv(PID_BYTES)), control)
        try:
            yield gateway
        finally:
            gateway.end()


@cache
def _nursery() -> socket.socket:
    """The way to the one nursery of this process."""
    asking, asked = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with asked:
        command = [sys.executable, nursery.__file__, str(asked.fileno())]
        process = subprocess.Popen(command, pass_fds=[asked.fileno()], stdin=subprocess.DEVNULL, start_new_session=True)

    def end() -> None:
        asking.close()
        process.wait(END_SECONDS)

    atexit.register(end)
    return asking
