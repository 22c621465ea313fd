"""How Karpenter starts a machine: Bottlerocket at an exact version, images pulled in parallel, a disk that holds them."""

from typing import ClassVar

from headway.constructs.part import ManifestChart, Part
from headway.domain.cluster import Cluster
from headway.domain.noun import Noun
from headway.kinds import (
    AmiSelectorTerm,
    BlockDevice,
    BlockDeviceMapping,
    EC2NodeClass,
    EC2NodeClassSpec,
    Metadata,
    MetadataOptions,
    SecurityGroupSelectorTerm,
    SubnetSelectorTerm,
)
from headway.recipes.disk_plan import data_volume_gib

OS_VOLUME_GIB = 4
SOCI = """\
[settings.container-runtime]
snapshotter = "soci"

[settings.container-runtime-plugins.soci-snapshotter]
pull-mode = "parallel-pull-unpack"

[settings.container-runtime-plugins.soci-snapshotter.parallel-pull-unpack]
max-concurrent-downloads-per-image = 16
concurrent-download-chunk-size = "16mb"
max-concurrent-unpacks-per-image = 8
discard-unpacked-layers = true
"""
"""Parallel pull and unpack of the whole image; not lazy loading (trap C1). Values as SOCI's docs advise for ECR."""


class NodeClassProps(Noun):
    """Machines of one kind."""

    name: str
    """Name that NodePools refer to."""
    cluster: Cluster
    """Whose role, network and node image they have."""
    unpacked_gb: float
    """Largest image that runs on them, unpacked, in 10^9 bytes."""
    local_nvme: bool
    """Whether every machine has local NVMe: it then holds images and caches. Karpenter binds containerd's, the
    kubelet's and SOCI's folders to it (karpenter-provider-aws issue 8393; SOCI blueprint of 2026-06)."""


class NodeClass(Part):
    """One EC2NodeClass."""

    component: ClassVar[str] = "nodes"

    def __init__(self, scope: Part | ManifestChart, id: str, props: NodeClassProps) -> None:
        super().__init__(scope, id, instance=props.name)
        cluster = props.cluster
        discovery = {"karpenter.sh/discovery": cluster.name}
        self.add(
            EC2NodeClass(
                metadata=Metadata(name=props.name),
                spec=EC2NodeClassSpec(
                    ami_selector_terms=(
                        AmiSelectorTerm(alias=f"bottlerocket@v{cluster.bottlerocket_version.removeprefix('v')}"),
                    ),
                    role=cluster.node_role,
                    subnet_selector_terms=(SubnetSelectorTerm(tags=discovery),),
                    security_group_selector_terms=(SecurityGroupSelectorTerm(tags=discovery),),
                    instance_store_policy="RAID0" if props.local_nvme else None,
                    block_device_mappings=_disks(props),
                    user_data=SOCI,
                    metadata_options=MetadataOptions(
                        http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
                    ),
                    tags={"headway.dev/environment": self.chart.environment},
                ),
            )
        )


def _disks(props: NodeClassProps) -> tuple[BlockDeviceMapping, ...]:
    system = BlockDevice(
        volume_size=f"{OS_VOLUME_GIB}Gi", volume_type="gp3", encrypted=True, delete_on_termination=True
    )
    size = 20 if props.local_nvme else data_volume_gib(props.unpacked_gb)
    fast = {} if props.local_nvme else {"iops": 6000, "throughput": 600}
    data = BlockDevice(volume_size=f"{size}Gi", volume_type="gp3", encrypted=True, delete_on_termination=True, **fast)
    return (
        BlockDeviceMapping(device_name="/dev/xvda", ebs=system),
        BlockDeviceMapping(device_name="/dev/xvdb", ebs=data),
    )
