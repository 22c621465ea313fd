"""What a local run is started with."""

from dataclasses import dataclass
from pathlib import Path

DEFAULT_SPEED = 10.0
"""A cold start of 200 s passes in 20 s, a cooldown of 330 s in 33 s."""


@dataclass(frozen=True)
class Options:
    """Everything that a person may choose."""

    environment: str = "dev"
    rendered: Path = Path("dist")
    """Folder that holds `<environment>/`."""
    runs: Path = Path("build/up")
    """Where run folders are made."""
    speed: float = DEFAULT_SPEED
    """Seconds of the cluster that pass in one second: cold starts, polling, cooldowns, node-hours."""
    engine_speed: float = 1.0
    """The same for prefill and decode; 1 streams at the pace of the GPU."""
    port_base: int | None = None
    """Control room here, gateway and S3 on the ports behind it; `None` takes free ones."""
    lan: bool = False
    """Whether phones on the network may reach pages and gateway."""
    audience_url: str | None = None
    """Origin of the pages that the QR code shows in place of this machine's own address."""
    duration_seconds: float | None = None
    """Ends by itself; `None` runs until it is told to stop."""
    summary: Path | None = None
    """Where the summary is written as JSON."""
    pages: Path = Path("services/frontend/out")
    real_engine: tuple[str, ...] = ()
    """Command of a real engine that the first replica runs in place of the simulated one."""
    real_engine_arguments: tuple[str, ...] = ()
    """Its own arguments, without name and port."""
    open_pages: bool = False
    """Whether the control room opens in this machine's browser."""
    began: float | None = None
    """Unix time from which the seconds to the first answer count; `None` is the run's own start."""
    load: str | None = None
    """Load profile to start as soon as the gateway serves."""
    load_script: Path = Path("tools/load/headway.js")

    @property
    def host(self) -> str:
        """Where pages and gateway listen."""
        return "0.0.0.0" if self.lan else "127.0.0.1"  # noqa: S104  asked for by --lan
