"""What every construct has in common: a place in the tree, labels, and the chart its objects are written to."""

import json
from typing import Any, ClassVar

import cdk8s
from constructs import Construct

from headway.constructs.manifest import Manifest, manifest, sorted_keys, write
from headway.domain.fact import markers_in

CONSTRUCT = "headway.dev/construct"
UNRESOLVED = "headway.dev/unresolved"
SOURCE_ROOT = "charts-src"

Labels = dict[str, str]


class ManifestChart(cdk8s.Chart):
    """A chart: one Argo CD Application, one folder below `dist/<env>/`."""

    def __init__(self, scope: Construct, id: str, *, environment: str) -> None:
        super().__init__(scope, id, disable_resource_name_hashes=True)
        self.name = id
        self.environment = environment
        self.manifests: list[Manifest] = []

    @property
    def chart(self) -> "ManifestChart":
        """Itself: the end of every part's way up."""
        return self


class Part(Construct):
    """Base of all constructs. `component` names its role in `app.kubernetes.io/component`."""

    component: ClassVar[str]

    def __init__(self, scope: "Part | ManifestChart", id: str, *, instance: str) -> None:
        super().__init__(scope, id)
        self.chart: ManifestChart = scope.chart
        self.instance = instance

    @property
    def selector(self) -> Labels:
        """Labels that select this part's pods and no others; immutable once applied."""
        return {"app.kubernetes.io/name": self.instance, "app.kubernetes.io/component": self.component}

    @property
    def labels(self) -> Labels:
        """The standard labels of every object of this part."""
        return {
            **self.selector,
            "app.kubernetes.io/part-of": "headway",
            "app.kubernetes.io/managed-by": "headway",
        }

    def add(self, thing: Any) -> Manifest:
        """Writes one object to the chart, with the standard labels, its source and the facts it still lacks."""
        written = self.finished(thing)
        self.chart.manifests.append(written)
        write(self, written)
        return written

    def finished(self, thing: Any) -> Manifest:
        """The object as it will be written."""
        written = manifest(thing)
        metadata = written["metadata"]
        metadata["labels"] = {**self.labels, **metadata.get("labels", {})}
        annotations = metadata.setdefault("annotations", {})
        annotations[CONSTRUCT] = f"{SOURCE_ROOT}/{type(self).__module__.replace('.', '/')}.py"
        if lacking := markers_in(json.dumps(written)):
            annotations[UNRESOLVED] = " ".join(lacking)
        return sorted_keys(written)
