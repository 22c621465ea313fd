"""`headway-gateway`: the gateway as a program."""

import sys
from pathlib import Path

import click
import uvloop

from headway_gateway.logs import configure_logs
from headway_gateway.metrics import Metrics
from headway_gateway.replicas.upstreams_file import BadUpstreams
from headway_gateway.server import listen, serve
from headway_gateway.settings import BadSettings, Settings, described, read_settings
from headway_gateway.workers import serve_with_workers

BAD_INPUT = 2


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="Port for clients.")
@click.option(
    "--admin-port", default=9000, show_default=True, type=click.IntRange(0, 65535), help="/livez, /readyz, /metrics."
)
@click.option(
    "--upstreams", type=click.Path(path_type=Path), help='JSON: [{"url": "http://…:8000", "models": ["name"]}]'
)
@click.option("--insecure-no-auth", is_flag=True, help="Let anybody in, where no key file is given.")
@click.option(
    "--print-settings", is_flag=True, help="Print every setting with its value and where it is from, and end."
)
def main(
    host: str, port: int, admin_port: int, upstreams: Path | None, insecure_no_auth: bool, print_settings: bool
) -> None:
    """Serve an OpenAI endpoint in front of model servers. Settings are HEADWAY_GATEWAY_… variables."""
    try:
        settings = read_settings(upstreams, insecure_no_auth)
        if print_settings:
            click.echo(described(settings, upstreams))
            return
        configure_logs(settings.log_level)
        run(settings, host, port, admin_port)
    except (BadSettings, BadUpstreams) as error:
        fail(*str(error).splitlines())
    except OSError as error:
        fail(f"cannot listen at {host}, ports {port} and {admin_port}: {error.strerror}; give free ports")


def run(settings: Settings, host: str, port: int, admin_port: int) -> None:
    """Serve until told to stop. Raises `OSError` where the ports cannot be had."""
    if settings.workers > 1:
        serve_with_workers(settings, host, port, admin_port)
        return
    sock, admin = listen(host, port), listen(host, admin_port)

    def started() -> None:
        where = [f"http://{host}:{each.getsockname()[1]}" for each in (sock, admin)]
        click.echo(f"serving {where[0]}, health and metrics at {where[1]}", err=True)

    uvloop.run(serve(settings, sock, admin, Metrics(), started))


def fail(*faults: str) -> None:
    """Say every fault and end with the exit code of bad input."""
    for fault in faults:
        click.echo(f"error: {fault}", err=True)
    click.echo("\nhint: headway-gateway --print-settings", err=True)
    sys.exit(BAD_INPUT)
