"""An EC2 instance type, with what a pod can really have on it."""

from typing import Annotated, Literal

from pydantic import Field

from headway.domain.noun import Gigabits, Mebibytes, Millicores, Noun, Unit

Architecture = Literal["amd64", "arm64"]
CapacityType = Literal["spot", "on-demand"]
InterruptionBand = Literal["<5%", "5-10%", "10-15%", "15-20%", ">20%"]


class Allocatable(Noun):
    """What Karpenter offers to pods after kubelet reserves; DaemonSets take their part of it."""

    cpu_millicores: Millicores
    """CPU."""
    memory_mib: Mebibytes
    """Memory."""
    pods: Annotated[int, Field(ge=1)]
    """Pods, by the network interfaces."""


class InstanceType(Noun):
    """One machine of the cloud's list. Never plan a pod on `memory_mib`: use `allocatable`."""

    name: str
    """API name (`g6.xlarge`)."""
    family: str
    """Family (`g6`)."""
    listed: bool
    """Whether the cloud still offers it."""
    architecture: Architecture
    """CPU architecture; the engines' images are amd64."""
    vcpu: Annotated[int, Field(ge=1)]
    """Virtual CPUs, also the unit of the account's quota."""
    memory_mib: Mebibytes
    """Memory on the label."""
    measured_memtotal_mib: Mebibytes | None = None
    """`MemTotal` that Linux reported on a real machine; `None` where nobody has looked."""
    accelerator: str | None
    """Key of its accelerator in the catalog, or `None` where the catalog knows none."""
    gpu_name: str
    """Value of Karpenter's label `karpenter.k8s.aws/instance-gpu-name`; on Neuron machines the device."""
    gpu_count: Annotated[int, Field(ge=0)]
    """Whole GPUs (devices on Neuron machines); 0 on machines that carry a slice of one."""
    gpu_memory_mib: Mebibytes | None = None
    """Value of Karpenter's label `karpenter.k8s.aws/instance-gpu-memory`, per GPU."""
    gpu_resource: str = ""
    """Extended resource it offers (`nvidia.com/gpu`), empty when none."""
    network_baseline_gbps: Gigabits
    """Network it can hold for ever."""
    network_burst_gbps: Gigabits | None = None
    """Network it reaches for minutes from a full credit; `None` where not verified."""
    ebs_baseline_mbps: Annotated[int, Unit("Mbit/s"), Field(gt=0)] | None = None
    """EBS bandwidth it can hold for ever."""
    ebs_max_mbps: Annotated[int, Unit("Mbit/s"), Field(gt=0)] | None = None
    """EBS bandwidth it reaches for 30 minutes at least once in 24 hours; AWS's label is this one."""
    local_nvme_gb: Annotated[int, Unit("GB"), Field(ge=0)] = 0
    """Local NVMe in 10^9 bytes; 0 when it has none."""
    interruption_band: InterruptionBand | None = None
    """Share of spot machines reclaimed in a month in us-east-1; `None` where Spot Advisor had no figure."""
    allocatable: Allocatable
    """What pods can have."""
    notes: str = ""
    """What a reader of the figures must know."""
    source: str = Field(min_length=1)
    """Where the row was read."""
    as_of: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    """Date of the row."""


class Price(Noun):
    """What one hour of an instance type costs in a region."""

    instance_type: str
    """API name of the machine."""
    region: str
    """AWS region the price holds in."""
    capacity_type: CapacityType
    """How it is bought."""
    usd_per_hour: Annotated[float, Unit("USD/h"), Field(gt=0)]
    """Price of one hour."""
    source: str = Field(min_length=1)
    """Where the row was read."""
    as_of: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    """Date of the price."""
