"""One worker of several; started by `workers`, with the metrics folder already in its environment."""

import sys
from pathlib import Path

import uvloop

from headway_gateway.logs import configure_logs
from headway_gateway.metrics import Metrics
from headway_gateway.server import listen, serve
from headway_gateway.settings import read_settings


def main() -> None:
    """`HOST PORT UPSTREAMS OPEN`; says `ready` on standard output once it serves."""
    host, port, upstreams, open_to_all = sys.argv[1:]
    settings = read_settings(Path(upstreams), open_to_all == "1")
    configure_logs(settings.log_level)

    def started() -> None:
        sys.stdout.write("ready\n")
        sys.stdout.flush()

    sock = listen(host, int(port), reuse_port=True)
    uvloop.run(serve(settings, sock, None, Metrics(), started, parent=sys.stdin.fileno()))


if __name__ == "__main__":
    main()
