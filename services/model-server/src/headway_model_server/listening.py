"""Whether an engine could listen where it is told to; asked before minutes of loading."""

import errno
import socket

from headway_model_server.faults import CannotStart, StartFault

PORT_REMEDIES = {
    errno.EADDRINUSE: "end what listens there, or state another port",
    errno.EACCES: "state a port above 1023",
}


def refuse_taken_address(host: str, port: int) -> None:
    """Raises `CannotStart` where this machine lets nobody listen at the address now."""
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[:1]:
            with socket.socket(family, kind, protocol) as tried:
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                tried.bind(address)
    except OSError as error:
        raise CannotStart((cannot_listen(host, port, error),)) from error


def cannot_listen(host: str, port: int, error: OSError) -> StartFault:
    """The fault behind a failed bind."""
    problem = f"nothing can listen at {host}, port {port}: {error.strerror}"
    if error.errno in PORT_REMEDIES:
        return StartFault("--port", problem, PORT_REMEDIES[error.errno])
    return StartFault("--host", problem, "state an address of this machine")
