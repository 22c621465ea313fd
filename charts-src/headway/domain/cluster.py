"""A cluster: where an environment runs, and the facts about it that only its owner knows."""

from typing import Annotated, Literal

from pydantic import Field

from headway.domain.fact import (
    AccountId,
    BucketName,
    Cidr,
    ClusterName,
    Digest,
    FileSystemId,
    RegistryHost,
    RoleName,
)
from headway.domain.noun import Mebibytes, Millicores, Noun, Unit, spelled


class DaemonSetReserve(Noun):
    """What the node's own agents request on every GPU node; taken off allocatable before a pod is planned."""

    cpu_millicores: Millicores = 300
    """CPU requested by all DaemonSets of a GPU node together."""
    memory_mib: Mebibytes = 512
    """Memory requested by all DaemonSets of a GPU node together."""


class ImagePin(Noun):
    """Which bytes an image name stands for."""

    digest: Digest
    """Digest of the image in the registry that the cluster pulls from."""


class Keda(Noun):
    """Which scaler the KEDA of this cluster offers for engine metrics."""

    scaler: Literal["prometheus", "otel", "kedify-otel"] = "prometheus"
    """`prometheus`: loss of the source is seen and falls back; `otel`: the otel-add-on as an external scaler;
    `kedify-otel`: only in Kedify's build."""


Quota = Annotated[int, Unit("vCPU"), Field(ge=0)]


class Quotas(Noun):
    """The account's EC2 quotas in the region, counted in vCPUs; new accounts often have 0. Absent means not stated."""

    g_on_demand: Quota | None = None
    """Running On-Demand G and VT instances (L-DB2E81BA)."""
    g_spot: Quota | None = None
    """All G and VT Spot Instance requests (L-3819A6DF)."""
    p_on_demand: Quota | None = None
    """Running On-Demand P instances (L-417A185B)."""
    p_spot: Quota | None = None
    """All P Spot Instance requests (L-7212CCBC)."""


class Cluster(Noun):
    """The cluster an environment is rendered for."""

    provider: Literal["eks", "other"] = "eks"
    """`eks`: Karpenter provisions EC2 machines; `other`: machines exist already (static pools)."""
    name: ClusterName
    """Name of the EKS cluster; Karpenter finds subnets and security groups by `karpenter.sh/discovery: <name>`."""
    account_id: AccountId
    """AWS account that owns it."""
    region: Annotated[str, spelled(r"[a-z]{2}(-[a-z]+)+-\d", "an AWS region such as us-east-1")]
    """AWS region; decides which prices hold."""
    zones: Annotated[tuple[str, ...], Field(min_length=1)]
    """Availability zones that nodes may start in."""
    kubernetes_version: Annotated[str, spelled(r"1\.\d{2}", "a minor version such as 1.35")]
    """Minor version of the control plane; every controller states which it supports."""
    vpc_cidr: Cidr
    """Range of the VPC: interface endpoints and the API server's network interfaces are in it."""
    service_cidr: Cidr
    """Range of the cluster's Services: pods dial the API server by its address in it, and policies judge that address."""
    load_balancer_cidrs: Annotated[tuple[Cidr, ...], Field(min_length=1)]
    """Ranges of the subnets the load balancer stands in; only these reach gateway and frontend."""
    s3_cidrs: Annotated[tuple[Cidr, ...], Field(min_length=1)]
    """Ranges of S3 in the region (prefix list behind the gateway endpoint)."""
    models_bucket: BucketName
    """Bucket that holds model weights."""
    responses_bucket: BucketName
    """Bucket that survey answers and the question log go to."""
    node_role: RoleName
    """IAM role of the nodes: worker and image pull, nothing else."""
    registry: RegistryHost
    """Registry (or pull-through cache) that holds every image."""
    compile_cache_file_system: FileSystemId
    """EFS file system for the compile cache."""
    bottlerocket_version: Annotated[str, spelled(r"v?\d+\.\d+\.\d+", "an exact version such as v1.68.0")]
    """Exact version of the node image; a floating alias would drift nodes on its own."""
    images: dict[str, ImagePin]
    """Digest of each image in `registry`, by catalog key."""
    keda: Keda = Keda()
    """What the installed KEDA can do."""
    quotas: Quotas = Quotas()
    """What the account may start of GPU machines; `aws service-quotas list-service-quotas --service-code ec2`."""
    offerings: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Zones that offer an instance type, where that is not all of them;
    `aws ec2 describe-instance-type-offerings --location-type availability-zone`."""
    daemon_sets: DaemonSetReserve = DaemonSetReserve()
    """What the node's own agents take on every GPU node."""
