"""What kustomization files say about the manifests beside them: which files are patches and not objects."""

import posixpath
from collections.abc import Iterator

from headway.policies.manifest import Manifest
from headway.policies.reading.harvest import Harvest


def kustomized(harvest: Harvest) -> Harvest:
    """Leaves out files that a kustomization applies as patches: they are parts of objects, not objects.

    Files that one kustomization lists are applied together, so their objects count as standing in its folder.
    """
    joined = {path: found.folder for found in harvest.kustomizations for path in _resource_files(found)}
    for manifest in harvest.manifests if joined else ():
        manifest.folder = joined.get(posixpath.normpath(manifest.file), manifest.folder)
    patches = {path for found in harvest.kustomizations for path in _patch_files(found)}
    if patches:
        kept = [manifest for manifest in harvest.manifests if posixpath.normpath(manifest.file) not in patches]
        harvest.unread["patch"] += len(harvest.manifests) - len(kept)
        harvest.manifests = kept
        harvest.faults = [fault for fault in harvest.faults if posixpath.normpath(fault.file) not in patches]
    return harvest


def _resource_files(kustomization: Manifest) -> Iterator[str]:
    for entry in kustomization.each("resources"):
        if name := entry.text():
            yield posixpath.normpath(posixpath.join(kustomization.folder, name))


def _patch_files(kustomization: Manifest) -> Iterator[str]:
    names = [entry.text() for entry in kustomization.each("patchesStrategicMerge")]
    names += [entry.text("path") for key in ("patches", "patchesJson6902") for entry in kustomization.each(key)]
    for name in names:
        if name:
            yield posixpath.normpath(posixpath.join(kustomization.folder, name))
