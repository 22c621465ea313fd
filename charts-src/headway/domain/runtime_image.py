"""The container image an engine runs in, with what it weighs."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from headway.domain.noun import Noun, Unit

Engine = str
"""Name of an engine: that of its contract."""


def _pinned(tag: str) -> str:
    if tag == "latest":
        raise ValueError("pin a version; latest moves")
    return tag


PinnedTag = Annotated[str, Field(min_length=1), AfterValidator(_pinned)]


class RuntimeImage(Noun):
    """One image of the catalog, by the tag that a cluster pins further by digest."""

    key: str
    """Short name used in environments (`vllm`, `gateway`)."""
    repository: str
    """Registry and repository without tag."""
    tag: PinnedTag
    """Pinned tag; `latest` is refused."""
    engine: Engine | None = None
    """Inference engine inside, or `None` for other programs."""
    engine_version: str | None = None
    """Version of that engine."""
    vendor: Literal["nvidia", "amd", ""] = ""
    """GPU vendor its kernels are built for; empty when it needs no GPU."""
    compressed_gb: Annotated[float, Unit("GB"), Field(gt=0)]
    """What travels over the network, in 10^9 bytes."""
    unpacked_gb: Annotated[float, Unit("GB"), Field(gt=0)]
    """What lies on the node's disk, in 10^9 bytes."""
    source: str = Field(min_length=1)
    """Where the sizes were read."""
    as_of: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    """Date of the row."""
