"""Checks over plain manifests: what a wrong one would cost most."""

from collections.abc import Sequence

from headway.catalog import Catalog
from headway.domain.cluster import DaemonSetReserve
from headway.policies.controller_owned import (
    files_written_twice,
    objects_rendered_twice,
    services_named_as_groups,
    values_owned_by_controllers,
)
from headway.policies.finding import Finding, Manifest
from headway.policies.manifest_index import ManifestIndex
from headway.policies.pod_fits_pool import pods_without_machine
from headway.policies.references import unresolved_references

__all__ = ["Finding", "Manifest", "ManifestIndex", "check", "files_written_twice"]


def check(manifests: Sequence[Manifest], catalog: Catalog, agents: DaemonSetReserve) -> list[Finding]:
    """Every finding in one rendered set, in the order of its objects' names."""
    index = ManifestIndex(manifests)
    findings = [
        *objects_rendered_twice(index),
        *unresolved_references(index),
        *pods_without_machine(index, catalog, agents),
        *values_owned_by_controllers(index),
        *services_named_as_groups(index),
    ]
    return sorted(findings, key=lambda finding: (finding.object, finding.rule, finding.message))
