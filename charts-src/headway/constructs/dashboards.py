"""Grafana dashboards as ConfigMaps, and the right of Grafana's sidecar to read them, in this one namespace beside its own."""

import json
from collections.abc import Sequence
from typing import ClassVar

from cdk8s_plus_28 import k8s

from headway.constructs.part import ManifestChart, Part
from headway.constructs.workload import reads
from headway.observability import Dashboard, grafana_json

LABEL = {"grafana_dashboard": "1"}
"""What the sidecar of kube-prometheus-stack looks for."""


class GrafanaDashboards(Part):
    """One ConfigMap a dashboard."""

    component: ClassVar[str] = "dashboards"

    def __init__(
        self, scope: Part | ManifestChart, id: str, namespace: str, readers: k8s.Subject, pages: Sequence[Dashboard]
    ) -> None:
        super().__init__(scope, id, instance="headway-dashboards")
        for page in pages:
            text = json.dumps(grafana_json(page), indent=1, sort_keys=True) + "\n"
            metadata = k8s.ObjectMeta(name=f"dashboard-{page.uid}", namespace=namespace, labels=LABEL)
            self.add(k8s.KubeConfigMapProps(metadata=metadata, data={f"{page.uid}.json": text}))
        watch = k8s.PolicyRule(api_groups=[""], resources=["configmaps"], verbs=["get", "list", "watch"])
        for thing in reads("dashboards-for-grafana", namespace, watch, readers):
            self.add(thing)
