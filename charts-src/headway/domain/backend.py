"""A backend: an engine that only this fork has, with its contract and its images."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from headway.domain.engine import EngineContract, EngineTerms
from headway.domain.noun import Noun, Unit
from headway.domain.runtime_image import PinnedTag, RuntimeImage

Vendor = Literal["nvidia", "amd"]


class BackendImage(Noun):
    """The container image of a backend for one vendor's GPUs."""

    repository: Annotated[str, Field(min_length=1)]
    """Registry and repository without tag."""
    tag: PinnedTag
    """Pinned tag; `latest` is refused."""
    compressed_gb: Annotated[float, Unit("GB"), Field(gt=0)]
    """What travels over the network, in 10^9 bytes."""
    unpacked_gb: Annotated[float, Unit("GB"), Field(gt=0)]
    """What lies on the node's disk, in 10^9 bytes."""


class Backend(EngineTerms):
    """An engine of the fork's own; it must read weights from S3 and answer the OpenAI API."""

    images: Annotated[dict[Vendor, BackendImage], Field(min_length=1)]
    """Images by the vendor of the GPUs that their kernels are built for."""

    @model_validator(mode="after")
    def _kernels_for_every_image(self) -> "Backend":
        for vendor, kernels in (("nvidia", self.kernels.cuda), ("amd", self.kernels.rocm)):
            key = "cuda" if vendor == "nvidia" else "rocm"
            if vendor in self.images and not kernels:
                raise ValueError(
                    f"kernels.{key} names no weight format and images has one for {vendor}; name what runs"
                )
        return self

    def contract(self, name: str) -> EngineContract:
        """The contract of the backend under its name."""
        terms = {field: getattr(self, field) for field in EngineTerms.model_fields}
        return EngineContract(name=name, **terms)

    def runtime_images(self, name: str) -> tuple[RuntimeImage, ...]:
        """Its images under the keys of `cluster.images`: the name for NVIDIA's GPUs, `<name>-rocm` for AMD's."""
        return tuple(
            RuntimeImage(
                key=image_key(name, vendor),
                repository=image.repository,
                tag=image.tag,
                engine=name,
                engine_version=self.version,
                vendor=vendor,
                compressed_gb=image.compressed_gb,
                unpacked_gb=image.unpacked_gb,
                source=self.source,
                as_of=self.as_of,
            )
            for vendor, image in self.images.items()
        )


def image_key(backend: str, vendor: Vendor) -> str:
    """Key of a backend's image among those of the cluster."""
    return backend if vendor == "nvidia" else f"{backend}-rocm"
