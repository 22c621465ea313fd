"""Where everything of a run listens, and what its links say."""

from dataclasses import dataclass

from headway.local.keys import Keys
from headway.local.options import Options
from headway.local.ports import claim, own_address


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
    stated_audience_url: str | None

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
    def origins(self) -> tuple[str, ...]:
        """Origins of the pages."""
        return tuple(dict.fromkeys((self.control, self.control_here, f"http://localhost:{self.control_port}")))

    @property
    def audience_url(self) -> str:
        """What the QR code says; the key is in the fragment, which no server ever sees."""
        return f"{self.stated_audience_url or self.control}/#key={self.keys.audience}"

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
    """Four ports: `port_base` and those behind it, or free ones. Raises `CannotRun`."""
    base = options.port_base
    hosts = (options.host, options.host, "127.0.0.1", "127.0.0.1")
    ports = [claim(host, None if base is None else base + place) for place, host in enumerate(hosts)]
    shown = own_address() if options.lan else "127.0.0.1"
    control, gateway, admin, s3 = ports
    return Addresses(shown, control, gateway, admin, s3, keys, options.audience_url)
