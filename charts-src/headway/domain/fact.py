"""Facts that only a fork can know: account numbers, bucket names, digests.

A fact that nobody has stated is never invented. It becomes a marker, `headway-unresolved--<path>`, that survives
rendering, is refused by every API that would use it, and is found by one search. `headway doctor` lists them all.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

UNRESOLVED = "headway-unresolved--"
_MARKER = re.compile(re.escape(UNRESOLVED) + r"[a-z0-9-]+")


@dataclass(frozen=True)
class ForkFact:
    """Marks a field whose value only a fork can know."""


def marker(path: str) -> str:
    """The text that stands in a manifest for the unstated fact at `path` (`cluster.account_id`)."""
    return UNRESOLVED + re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-")


def is_unresolved(text: str) -> bool:
    """Whether a value is, or contains, the marker of an unstated fact."""
    return UNRESOLVED in text


def markers_in(text: str) -> tuple[str, ...]:
    """Every marker in a rendered text, sorted, each once."""
    return tuple(sorted(set(_MARKER.findall(text))))


def looks_like(pattern: str, description: str) -> Callable[[str], str]:
    """A validator that accepts a marker, or a text that matches `pattern` from end to end."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if is_unresolved(value) or compiled.fullmatch(value):
            return value
        raise ValueError(f"{value!r} is not {description}")

    return check


def ipv4_range(value: str) -> str:
    """A validator that accepts a marker, or an IPv4 range whose address is the range's first."""
    if is_unresolved(value):
        return value
    try:
        network = ipaddress.IPv4Network(value, strict=False)
    except ValueError:
        network = None
    if network is None or "/" not in value:
        raise ValueError(f"{value!r} is not an IPv4 range such as 10.0.0.0/16")
    if str(network) != value:
        raise ValueError(f"{value!r} is an address inside a range, not the range; did you mean {network}?")
    return value


Fact = Annotated[str, ForkFact()]
AccountId = Annotated[Fact, AfterValidator(looks_like(r"\d{12}", "a 12-digit AWS account number"))]
BucketName = Annotated[
    Fact,
    AfterValidator(looks_like(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "an S3 bucket name (no s3://, no path)")),
]
Cidr = Annotated[Fact, AfterValidator(ipv4_range)]
Digest = Annotated[
    Fact,
    AfterValidator(looks_like(r"sha256:[0-9a-f]{64}", "an image digest (sha256: and 64 hexadecimal digits)")),
]
HostName = Annotated[
    Fact,
    AfterValidator(looks_like(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", "a host name such as llm.example.org")),
]
CertificateArn = Annotated[
    Fact,
    AfterValidator(
        looks_like(
            r"arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]+",
            "an ACM certificate ARN (arn:aws:acm:REGION:ACCOUNT:certificate/ID)",
        )
    ),
]
FileSystemId = Annotated[
    Fact,
    AfterValidator(looks_like(r"fs-[0-9a-f]{8,17}", "an EFS file system id such as fs-0123456789abcdef0")),
]
RoleName = Annotated[Fact, AfterValidator(looks_like(r"[\w+=,.@-]{1,64}", "an IAM role name (not an ARN)"))]
ClusterName = Annotated[Fact, AfterValidator(looks_like(r"[0-9A-Za-z][\w-]{0,99}", "an EKS cluster name"))]
RepositoryUrl = Annotated[
    Fact,
    AfterValidator(looks_like(r"(https://|ssh://|git@)\S+", "a Git address that Argo CD can read (https:// or ssh)")),
]
RegistryHost = Annotated[
    Fact,
    AfterValidator(looks_like(r"[a-z0-9.-]+(:\d+)?(/[a-z0-9._/-]+)?", "a registry host with optional path")),
]
