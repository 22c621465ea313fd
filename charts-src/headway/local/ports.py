"""Ports of a run."""

import socket

from headway.local.faults import CannotRun


def claim(host: str, port: int | None) -> int:
    """The port, or a free one. Raises `CannotRun` where it is taken.

    Between this look and the process's own bind another program may take it; the process then ends and says so.
    """
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port or 0))
        except OSError as error:
            raise CannotRun(
                f"port {port} of {host} cannot be had: {error.strerror}",
                "headway up --port-base N takes others; without it free ports are taken",
            ) from error
        found: int = tried.getsockname()[1]
        return found


def own_address() -> str:
    """Where other machines of the network reach this one; 127.0.0.1 where there is no network. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            found: str = probe.getsockname()[0]
            return found
        except OSError:
            return "127.0.0.1"


def own_names() -> tuple[str, ...]:
    """This machine's name, and the one that multicast DNS gives it."""
    name = socket.gethostname().lower()
    return (name,) if "." in name else (name, f"{name}.local")
