"""Where everything of a run listens, and what its links say."""

from dataclasses import dataclass

from headway.local.keys import Keys
from headway.local.options import Options
from headway.local.page_origin import PageOrigin, page_origin, stated_origin
from headway.local.ports import claim, own_address, own_names


@dataclass(frozen=True)
class Addresses:
    """Ports on this machine, and the name under which others reach it."""

    host: str
    """127.0.0.1, or the machine's own address where the network may reach it."""
    control_port: int
    gateway_port: int
    admin_port: int
    s3_port: int
    keys: Keys
    names: tuple[str, ...] = ()
    """Further names by which the network may know this machine."""
    stated: PageOrigin | None = None
    """Where the audience is told to go, if that is not `host`."""

    @property
    def gateway(self) -> str:
        """For pages."""
        return f"http://{self.host}:{self.gateway_port}"

    @property
    def gateway_here(self) -> str:
        """For programs of this machine."""
        return f"http://127.0.0.1:{self.gateway_port}"

    @property
    def control(self) -> str:
        """For pages."""
        return f"http://{self.host}:{self.control_port}"

    @property
    def control_here(self) -> str:
        """For programs of this machine."""
        return f"http://127.0.0.1:{self.control_port}"

    @property
    def admin(self) -> str:
        """The gateway's health and metrics."""
        return f"http://127.0.0.1:{self.admin_port}"

    @property
    def s3(self) -> str:
        """The S3 API; on loopback alone."""
        return f"http://127.0.0.1:{self.s3_port}"

    @property
    def pages(self) -> tuple[PageOrigin, ...]:
        """Under which addresses the pages work; the one in links comes first."""
        names = (self.host, "127.0.0.1", "localhost", *self.names)
        own = [page_origin(name, self.control_port, self.gateway_port) for name in names]
        return tuple(dict.fromkeys((*own, *([self.stated] if self.stated else []))))

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins whose pages may read the gateway's and the control server's answers."""
        return tuple(page.url for page in self.pages)

    @property
    def servers(self) -> tuple[str, ...]:
        """Everything that a page may connect to."""
        gateways = (page.gateway for page in self.pages if page.gateway)
        return tuple(dict.fromkeys((*gateways, *self.origins)))

    def opened_at(self, authority: str) -> PageOrigin:
        """The pages' address with this `Host`; the one in links where it is none of them."""
        return next((page for page in self.pages if page.authority == authority.lower()), self.pages[0])

    @property
    def audience_url(self) -> str:
        """What the QR code says; the key is in the fragment, which no server ever sees."""
        return f"{(self.stated or self.pages[0]).url}/#key={self.keys.audience}"

    @property
    def presenter_url(self) -> str:
        """The presenter's."""
        return f"{self.control}/presenter/{self._presenter_keys}"

    @property
    def _presenter_keys(self) -> str:
        return f"#key={self.keys.presenter}&control={self.keys.control}"

    @property
    def control_url(self) -> str:
        """The control room's."""
        return f"{self.control}/control/{self._presenter_keys}"


def claim_addresses(options: Options, keys: Keys) -> Addresses:
    """Four ports: `port_base` and those behind it, or free ones. Raises `CannotRun`, also for `audience_url`."""
    base = options.port_base
    hosts = (options.host, options.host, "127.0.0.1", "127.0.0.1")
    ports = [claim(host, None if base is None else base + place) for place, host in enumerate(hosts)]
    shown = own_address() if options.lan else "127.0.0.1"
    control, gateway, admin, s3 = ports
    stated = options.audience_url and stated_origin(options.audience_url, control, gateway)
    return Addresses(shown, control, gateway, admin, s3, keys, own_names() if options.lan else (), stated or None)
