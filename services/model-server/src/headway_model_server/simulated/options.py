"""What a simulated engine is started with."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SimulationOptions:
    """All that decides what a simulated engine does; the same options and requests give the same answers."""

    engine_arguments: tuple[str, ...]
    """The engine's own command line, as rendered into the manifests, without the program."""
    gpu: str
    """Accelerator of the catalog (`l4`); with tensor parallelism, each of several."""
    speed: float = 1.0
    """Simulated seconds a second; above 0."""
    host: str = "127.0.0.1"
    port: int = 8000
    """0 takes a free one."""
    seed: int = 0
    """Decides answers, and which requests a fault with a probability meets."""
    model_card: str | None = None
    """Model of the catalog (`mistralai/Mistral-7B-Instruct-v0.3`); `None`: found by the recipe or the served name."""
    weights: str | None = None
    """Format of the weights (`awq`); `None`: the recipe's, `--quantization`, a word in the served name, or 16 bit."""
    recipe: Path | None = None
    """A rendered recipe (`recipe.yaml`, or the ConfigMap that carries it), which names model and weights."""
    cold_start: bool = False
    """Whether the time to load weights, compile and capture graphs passes before it listens."""
    faults: tuple[str, ...] = ()
    """Faults from the start on: `NAME[=VALUE][,count=N][,probability=P]`."""
    allow_faults: bool = False
    """Whether `PUT /simulated/faults` may change them."""

    def __post_init__(self) -> None:
        if not self.speed > 0:
            raise ValueError(f"speed is {self.speed:g}, and must be above 0")
