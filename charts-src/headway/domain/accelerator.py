"""An accelerator: one GPU, with the memory a framework really sees."""

from typing import Annotated, Literal

from pydantic import Field

from headway.domain.noun import Gibibytes, Mebibytes, Noun, Unit


class Accelerator(Noun):
    """One GPU kind. A cell that the sources leave open is `None`, never zero."""

    key: str
    """Short name used in pools and recipes (`l4`, `a10g`)."""
    name: str
    """Full product name."""
    vendor: Literal["nvidia", "amd"]
    """Maker; decides the resource name a pod asks for."""
    architecture: str
    """Generation (Turing, Ada, CDNA3)."""
    target: str | None = None
    """CUDA compute capability (`8.9`) or ROCm target (`gfx942`)."""
    marketed_gb: Annotated[float, Unit("GB"), Field(gt=0)]
    """Memory on the label."""
    driver_mib: Mebibytes | None = None
    """Memory the driver reports."""
    usable_gib: Gibibytes | None = None
    """Memory the framework sees; plan with this, never with the label."""
    memory_bandwidth_gb_per_second: Annotated[float, Unit("GB/s"), Field(gt=0)] | None = None
    """Peak memory bandwidth."""
    fp16_tflops: Annotated[float, Unit("TFLOP/s"), Field(gt=0)] | None = None
    """Dense 16-bit peak."""
    fp8_tflops: Annotated[float, Unit("TFLOP/s"), Field(gt=0)] | None = None
    """Dense FP8 peak; `None` where the part has no FP8 arithmetic."""
    fp4_tflops: Annotated[float, Unit("TFLOP/s"), Field(gt=0)] | None = None
    """Dense FP4 peak; `None` where the part has no FP4 arithmetic."""
    int8_tops: Annotated[float, Unit("TOP/s"), Field(gt=0)] | None = None
    """Dense INT8 peak."""
    bf16: bool | None = None
    """Whether bfloat16 is native; without it vLLM needs `--dtype half`."""
    link: str = ""
    """How several of them are joined (PCIe, NVLink, NVSwitch, xGMI)."""
    link_gb_per_second: Annotated[float, Unit("GB/s"), Field(gt=0)] | None = None
    """NVLink bandwidth of one GPU in one direction."""
    notes: str = ""
    """What a reader of the figure must know."""
    source: str = Field(min_length=1)
    """Where the row was read."""
    as_of: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    """Date of the row."""

    @property
    def resource(self) -> str:
        """The extended resource a pod requests (`nvidia.com/gpu`)."""
        return f"{self.vendor}.com/gpu"

    @property
    def compute_capability(self) -> tuple[int, int] | None:
        """CUDA compute capability as a pair, or `None` for a part that is not NVIDIA's or not verified."""
        if self.vendor != "nvidia" or self.target is None:
            return None
        major, minor = self.target.split(".")
        return int(major), int(minor)
