"""Terraform's files as facts for rules about manifests, and the manifests that stand in their heredocs.

Facts are identities of service accounts in their three spellings (Pod Identity, the IRSA modules, trust documents), Helm
releases, Kubernetes objects and ignored replicas. Values from variables are unknown, not guessed.
"""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hcl2
from hcl2.utils import SerializationOptions
from lark.exceptions import LarkError

from headway.policies.manifest import Manifest
from headway.policies.reading import Harvest, MissingPath, read_text
from headway.policies.reading.files import MOST_BYTES, SKIPPED
from headway.policies.terraform_facts import Identity, Origin, TerraformFacts

Block = dict[str, Any]
_OPTIONS = SerializationOptions(strip_string_quotes=True)
_SUBJECT = re.compile(r"system:serviceaccount:([\w.-]+):([\w.*-]+)")
_HEREDOC = re.compile(r"<<[-~]?(?P<word>\w+)[ \t]*\r?\n(?P<body>.*?)^[ \t]*(?P=word)\b", re.DOTALL | re.MULTILINE)
_KINDS = {
    "kubernetes_service_account": "ServiceAccount",
    "kubernetes_config_map": "ConfigMap",
    "kubernetes_secret": "Secret",
    "kubernetes_persistent_volume_claim": "PersistentVolumeClaim",
    "kubernetes_storage_class": "StorageClass",
    "kubernetes_priority_class": "PriorityClass",
    "kubernetes_cluster_role": "ClusterRole",
    "kubernetes_role": "Role",
}
CLOUDFRONT_READ_SECONDS = 30
CLOUDFRONT_KEEP_ALIVE_SECONDS = 5
"""Defaults of an origin."""
_ACCOUNTS = ("service_account", "kubernetes_service_account", "service_account_name")
_NAMESPACES = ("namespace", "kubernetes_namespace", "service_account_namespace")


def read_terraform(folder: str) -> TerraformFacts:
    """The facts below a folder. Raises `MissingPath`. A file that does not parse gives what its text alone shows."""
    root = Path(folder)
    if not root.exists():
        raise MissingPath(root)
    files = sorted(path for path in root.rglob("*.tf") if path.is_file() and not SKIPPED & set(path.parts))
    identities: list[Identity] = []
    releases: set[str] = set()
    objects: set[tuple[str, str]] = set()
    manifests: list[Manifest] = []
    origins: list[Origin] = []
    ignores_replicas = False
    for file in files:
        with file.open("rb") as stream:
            text = stream.read(MOST_BYTES).decode("utf-8", errors="replace")
        parsed = _parsed(text)
        identities += _identities(file.as_posix(), text, parsed)
        releases |= {value for block in _resources(parsed, "helm_release") if (value := _literal(block.get("chart")))}
        objects |= set(_objects(parsed))
        origins += _origins(file.as_posix(), text, parsed)
        manifests += _heredocs(file.as_posix(), text).manifests
        ignores_replicas |= bool(re.search(r"ignore_changes\s*=\s*\[[^{}=]*replicas", text))
    return TerraformFacts(
        tuple(identities), frozenset(releases), frozenset(objects), ignores_replicas, tuple(manifests), len(files),
        tuple(origins),
    )  # fmt: skip


def _parsed(text: str) -> Block:
    try:
        parsed: Block = hcl2.loads(text if text.endswith("\n") else f"{text}\n", serialization_options=_OPTIONS)
    except (LarkError, RecursionError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return parsed


def _literal(value: Any) -> str | None:
    return value if isinstance(value, str) and value and "${" not in value else None


def _resources(parsed: Block, *kinds: str) -> Iterator[Block]:
    for entry in parsed.get("resource", []):
        for kind, named in entry.items() if isinstance(entry, dict) else ():
            if kind in kinds and isinstance(named, dict):
                yield from (block for block in named.values() if isinstance(block, dict))


def _objects(parsed: Block) -> Iterator[tuple[str, str]]:
    for resource, kind in _KINDS.items():
        for block in _resources(parsed, resource, f"{resource}_v1"):
            metadata = block.get("metadata")
            first = metadata[0] if isinstance(metadata, list) and metadata else metadata
            if isinstance(first, dict) and (name := _literal(first.get("name"))):
                yield kind, name


def _origins(file: str, text: str, parsed: Block) -> Iterator[Origin]:
    """Origins of distributions; CloudFront's defaults where a timeout is not stated."""
    for distribution in _resources(parsed, "aws_cloudfront_distribution"):
        for origin in _blocks(distribution, "origin"):
            for kind in ("vpc_origin_config", "custom_origin_config"):
                for settings in _blocks(origin, kind):
                    name = _literal(origin.get("origin_id"))
                    at = re.search(rf'origin_id\s*=\s*"{re.escape(name)}"', text) if name else None
                    at = at or re.search(kind, text)
                    line = text.count("\n", 0, at.start()) + 1 if at else 1
                    read = _seconds(settings, "origin_read_timeout", CLOUDFRONT_READ_SECONDS)
                    keep = _seconds(settings, "origin_keepalive_timeout", CLOUDFRONT_KEEP_ALIVE_SECONDS)
                    yield Origin(file, line, kind == "vpc_origin_config", read, keep)


def _blocks(owner: Block, name: str) -> list[Block]:
    found = owner.get(name)
    return [b for b in (found if isinstance(found, list) else [found]) if isinstance(b, dict)]


def _seconds(settings: Block, name: str, default: int) -> int | None:
    value = settings.get(name, default)
    if isinstance(value, str) and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _identities(file: str, text: str, parsed: Block) -> Iterator[Identity]:
    for namespace, account, spelling in {*_stated(parsed), *_subjects(text)}:
        at = re.search(rf'(?:account\w*\s*=\s*"|:){re.escape(account)}"', text) if account else None
        yield Identity(namespace, account, file, text.count("\n", 0, at.end()) + 1 if at else 1, spelling)


def _subjects(text: str) -> Iterator[tuple[str | None, str | None, str]]:
    for match in _SUBJECT.finditer(text):
        yield match[1], match[2], "trust document"


def _stated(value: Any) -> Iterator[tuple[str | None, str | None, str]]:
    """Namespaces and accounts anywhere in a file's blocks."""
    if isinstance(value, list):
        for item in value:
            yield from _stated(item)
    if not isinstance(value, dict):
        return
    account = next((value[key] for key in _ACCOUNTS if isinstance(value.get(key), str)), None)
    namespace = next((value[key] for key in _NAMESPACES if isinstance(value.get(key), str)), None)
    if account is not None and namespace is not None:
        yield _literal(namespace), _literal(account), "Pod Identity"
    for pair in value.get("namespace_service_accounts") or ():
        if isinstance(pair, str):
            space, _, name = pair.rpartition(":")
            yield _literal(space), _literal(name), "IRSA module"
    for inner in value.values():
        yield from _stated(inner)


def _heredocs(file: str, text: str) -> Harvest:
    """Manifests in heredocs, with their lines in the Terraform file; those with template directives are left alone."""
    harvest = Harvest()
    for found in _HEREDOC.finditer(text):
        body = found["body"]
        if "apiVersion" in body and "%{" not in body:
            before = "\n" * text.count("\n", 0, found.start("body"))
            harvest.add(read_text(file, before + textwrap.dedent(body)))
    return harvest
