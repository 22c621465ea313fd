"""One worker of several; started by `workers`, with the metrics folder already in its environment."""

import contextlib
import sys
from pathlib import Path

import uvloop

from headway_gateway.logs import configure_logs
from headway_gateway.metrics import Metrics
from headway_gateway.server import listen, serve
from headway_gateway.settings import read_settings

SERVING, READY, NOT_READY = b"serving\n", b"ready\n", b"not ready\n"
"""What it says on standard output: once, and at every change."""


def main() -> None:
    """`HOST PORT UPSTREAMS OPEN`; says on standard output when it serves, and whether it is ready."""
    host, port, upstreams, open_to_all = sys.argv[1:]
    settings = read_settings(Path(upstreams), open_to_all == "1")
    configure_logs(settings.log_level)

    def say(line: bytes) -> None:
        with contextlib.suppress(BrokenPipeError):  # the parent is gone, and this process goes too
            sys.stdout.buffer.write(line)
            sys.stdout.flush()

    def readiness(ready: bool) -> None:
        say(READY if ready else NOT_READY)

    sock = listen(host, int(port), reuse_port=True)
    served = serve(settings, sock, None, Metrics(), lambda: say(SERVING), sys.stdin.fileno(), readiness)
    uvloop.run(served)


if __name__ == "__main__":
    main()
