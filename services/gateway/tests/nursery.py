"""Forks gateways that run as `headway-gateway` does: imports are paid for once, not at each of hundreds of starts.

A program with one thread and no event loop, so that a fork has everything it needs. It is asked over a Unix socket,
answers with the process id, and ends when nobody can ask any more. A gateway ends when its control socket does.
"""

import json
import os
import signal
import socket
import sys
import traceback
from typing import NoReturn

import uvloop

from headway_gateway.logs import configure_logs
from headway_gateway.metrics import Metrics
from headway_gateway.server import serve
from headway_gateway.settings import read_settings

MAX_ENVIRONMENT_BYTES = 131_072
SERVING = b"s"
"""What a gateway says on its control socket once requests are answered."""


def main() -> None:
    """A gateway for each message: its environment as JSON, with standard error, control socket, and one or two ports."""
    asked = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them: the end of one is that of its control socket
    while True:
        environment, descriptors, _, _ = socket.recv_fds(asked, MAX_ENVIRONMENT_BYTES, 4)
        if not environment:
            return
        child = os.fork()
        if child == 0:
            asked.close()
            _become_gateway(json.loads(environment), *descriptors)
        for each in descriptors:
            os.close(each)
        asked.send(b"%d" % child)


def _become_gateway(environment: dict[str, str], errors: int, control: int, port: int, admin: int = -1) -> NoReturn:
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(errors, sys.stderr.fileno())
        os.environ.clear()
        os.environ.update(environment)
        _serve(
            socket.socket(fileno=control),
            socket.socket(fileno=port),
            None if admin < 0 else socket.socket(fileno=admin),
        )
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _serve(control: socket.socket, port: socket.socket, admin: socket.socket | None) -> None:
    """What `headway_gateway.cli` does, with sockets that are open already."""
    settings = read_settings(None, insecure_no_auth=False)
    configure_logs(settings.log_level)
    uvloop.run(serve(settings, port, admin, Metrics(), lambda: control.sendall(SERVING), control.fileno()))


if __name__ == "__main__":
    main()
