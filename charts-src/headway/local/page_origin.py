"""An address under which a run's pages are opened, and where a page that was opened there finds the gateway."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from headway.local.faults import CannotRun

DEFAULT_PORTS = {"http": 80, "https": 443}
"""Browsers leave these out of an origin."""


@dataclass(frozen=True)
class PageOrigin:
    """One origin of the pages."""

    url: str
    """As a browser sends it in `Origin`: without the scheme's own port."""
    gateway: str
    """Empty where a proxy gives the gateway's paths of the same origin to the gateway."""
    port: int
    loopback: bool = False

    @property
    def authority(self) -> str:
        """As a browser sends it in `Host`."""
        return self.url.split("//", 1)[1]

    @property
    def proxied(self) -> bool:
        """Whether somebody else listens there: the run itself speaks no TLS."""
        return self.url.startswith("https:")


def page_origin(host: str, control_port: int, gateway_port: int) -> PageOrigin:
    """The pages by a name or an IPv4 address of this machine."""
    loopback = host == "localhost" or host.startswith("127.")
    return PageOrigin(_origin("http", host, control_port), f"http://{host}:{gateway_port}", control_port, loopback)


def stated_origin(url: str, control_port: int, gateway_port: int) -> PageOrigin:
    """What `--audience-url` says; a port that is left out is the pages' own. Raises `CannotRun`."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise _refused(url, str(error)) from error
    if parts.scheme not in DEFAULT_PORTS:
        raise _refused(url, "it is neither http:// nor https://")
    if not host:
        raise _refused(url, "it names no host")
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        raise _refused(url, "the pages are at the root of their host")
    shown = f"[{host}]" if ":" in host else host
    if parts.scheme == "https":
        port = port or DEFAULT_PORTS["https"]
        return PageOrigin(_origin("https", shown, port), "", port)
    return page_origin(shown, port or control_port, gateway_port)


def _origin(scheme: str, host: str, port: int) -> str:
    return f"{scheme}://{host}" if port == DEFAULT_PORTS[scheme] else f"{scheme}://{host}:{port}"


def _refused(url: str, fault: str) -> CannotRun:
    return CannotRun(
        f"--audience-url {url!r}: {fault}", "give scheme, host and port alone: --audience-url http://laptop.local:8000"
    )
