"""karpenter.k8s.aws EC2NodeClass: image, disks, network and identity of a node."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from headway.kinds.resource import Resource, Spec

Tags = Annotated[dict[str, str], Field(max_length=20)]
_PINNED_ALIAS = re.compile(r"(al2|al2023|bottlerocket)@v[0-9][0-9A-Za-z.]*")
_FAMILY_OF_ALIAS = {"al2": "AL2", "al2023": "AL2023", "bottlerocket": "Bottlerocket"}


def _pinned(alias: str) -> str:
    if not _PINNED_ALIAS.fullmatch(alias):
        raise ValueError(
            f"AMI alias is {alias!r}; pin a family and a version such as bottlerocket@v1.68.0: "
            "latest replaces nodes whenever AWS publishes an image"
        )
    return alias


def _family_of(alias: str) -> str:
    return _FAMILY_OF_ALIAS[alias.split("@")[0]]


class AmiSelectorTerm(Spec):
    """Which machine image. Either an alias, or an id, or what describes the image."""

    alias: Annotated[str, Field(max_length=30), AfterValidator(_pinned)] | None = None
    """Family and pinned version (`bottlerocket@v1.68.0`)."""
    id: Annotated[str, Field(pattern=r"^ami-[0-9a-z]+$")] | None = None
    name: str | None = None
    owner: str | None = None
    """Account or alias that published it (`amazon`)."""
    tags: Tags | None = None

    @model_validator(mode="after")
    def _stands_alone(self) -> Self:
        given = sorted(self.model_dump(exclude_none=True))
        if not set(given) - {"owner"}:
            raise ValueError("AMI selector term selects nothing; give alias, id, name or tags")
        for alone in ("alias", "id"):
            if alone in given and len(given) > 1:
                raise ValueError(f"AMI selector term has {' and '.join(given)}; {alone} excludes the others")
        return self


class SubnetSelectorTerm(Spec):
    """Subnets by id or by tags."""

    id: Annotated[str, Field(pattern=r"^subnet-[0-9a-z]+$")] | None = None
    tags: Tags | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        _check_exactly_one("subnet", self)
        return self


class SecurityGroupSelectorTerm(Spec):
    """Security groups by id, name or tags."""

    id: Annotated[str, Field(pattern=r"^sg-[0-9a-z]+$")] | None = None
    name: str | None = None
    tags: Tags | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        _check_exactly_one("security group", self)
        return self


class BlockDevice(Spec):
    """An EBS volume."""

    volume_size: Annotated[str, Field(pattern=r"^([1-9][0-9]{0,4}(Gi|G)|[1-9][0-9]?(Ti|T))$")]
    """The unpacked image and its layers must fit; Karpenter's default of 20Gi holds no vLLM image."""
    volume_type: Literal["gp3", "gp2", "io1", "io2"]
    iops: Annotated[int, Field(ge=1)] | None = None
    """gp3: 3000 is included."""
    throughput: Annotated[int, Field(ge=1)] | None = None
    """MiB/s; gp3 includes 125, which makes unpacking an image the slow part."""
    encrypted: bool
    kms_key_id: Annotated[str | None, Field(alias="kmsKeyID")] = None
    """Key other than the account's default."""
    snapshot_id: Annotated[str | None, Field(alias="snapshotID")] = None
    """Snapshot to start from, with images already in it."""
    delete_on_termination: bool | None = None


class BlockDeviceMapping(Spec):
    """A volume and where it is attached. Mappings replace Karpenter's defaults as a whole."""

    device_name: Annotated[str, Field(pattern=r"^/dev/\w+$")]
    """Bottlerocket: `/dev/xvda` is the system, `/dev/xvdb` holds images and data."""
    ebs: BlockDevice
    root_volume: bool | None = None
    """Whether kubelet's ephemeral storage is computed from it."""


class MetadataOptions(Spec):
    """The instance metadata service."""

    http_endpoint: Literal["enabled", "disabled"] | None = None
    http_protocol_ipv6: Annotated[Literal["enabled", "disabled"] | None, Field(alias="httpProtocolIPv6")] = None
    http_put_response_hop_limit: Annotated[int, Field(ge=1, le=64)]
    """1 keeps pods away from the node's role."""
    http_tokens: Literal["required", "optional"]


class Kubelet(Spec):
    """Settings of the node agent."""

    max_pods: Annotated[int, Field(ge=0)] | None = None


class EC2NodeClassSpec(Spec):
    """Image, disks, network and identity."""

    ami_family: Literal["AL2", "AL2023", "Bottlerocket", "Custom"] | None = None
    """Needed when no term has an alias."""
    ami_selector_terms: Annotated[tuple[AmiSelectorTerm, ...], Field(min_length=1, max_length=30)]
    role: Annotated[str, Field(min_length=1)]
    """IAM role of the node, by name."""
    subnet_selector_terms: Annotated[tuple[SubnetSelectorTerm, ...], Field(min_length=1, max_length=30)]
    security_group_selector_terms: Annotated[tuple[SecurityGroupSelectorTerm, ...], Field(min_length=1, max_length=30)]
    block_device_mappings: Annotated[tuple[BlockDeviceMapping, ...], Field(max_length=50)] | None = None
    instance_store_policy: Literal["RAID0"] | None = None
    """Stripes local NVMe and puts images and ephemeral storage on it."""
    user_data: str | None = None
    """Bottlerocket: TOML below `[settings]`, merged with Karpenter's own."""
    metadata_options: MetadataOptions | None = None
    kubelet: Kubelet | None = None
    tags: dict[str, str] | None = None
    """Tags of instances and volumes."""
    detailed_monitoring: bool | None = None

    @model_validator(mode="after")
    def _alias_is_the_only_term(self) -> Self:
        aliases = [term.alias for term in self.ami_selector_terms if term.alias]
        if aliases and len(self.ami_selector_terms) > 1:
            raise ValueError(f"AMI alias {aliases[0]} stands beside other terms; it must be the only one")
        return self

    @model_validator(mode="after")
    def _family_agrees_with_the_alias(self) -> Self:
        alias = self.ami_selector_terms[0].alias
        if alias is None and self.ami_family is None:
            raise ValueError("no AMI alias and no amiFamily; give one of them")
        if alias is not None and self.ami_family not in (None, "Custom", _family_of(alias)):
            raise ValueError(f"amiFamily is {self.ami_family} and the alias is {alias}; leave amiFamily out")
        return self

    @model_validator(mode="after")
    def _one_root_volume(self) -> Self:
        roots = [mapping.device_name for mapping in self.block_device_mappings or () if mapping.root_volume]
        if len(roots) > 1:
            raise ValueError(f"{' and '.join(roots)} are both rootVolume; only one can be")
        return self


class EC2NodeClass(Resource):
    """AWS' half of a NodePool."""

    api_version = "karpenter.k8s.aws/v1"
    kind = "EC2NodeClass"
    cluster_scoped = True

    spec: EC2NodeClassSpec


def _check_exactly_one(what: str, term: Spec) -> None:
    given = sorted(term.model_dump(exclude_none=True))
    if len(given) != 1:
        raise ValueError(f"{what} selector term has {' and '.join(given) or 'nothing'}; give exactly one way")
