"""Lawful manifests with one thing changed: each builder fills in what Kubernetes demands."""

from typing import Any

from headway.policies import Manifest


def an_object(kind: str, name: str, namespace: str | None = "apps", **body: Any) -> Manifest:
    metadata: dict[str, Any] = {"name": name, "labels": {}}
    if namespace:
        metadata["namespace"] = namespace
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **body}


def a_deployment(name: str = "web", labels: dict[str, str] | None = None, **pod: Any) -> Manifest:
    container = {"name": "main", "ports": [{"name": "http", "containerPort": 80}], **pod.pop("container", {})}
    template = {"metadata": {"labels": labels or {"app": name}}, "spec": {"containers": [container], **pod}}
    return an_object("Deployment", name, spec={"template": template})


def a_service(name: str = "web", selector: dict[str, str] | None = None, target: str = "http") -> Manifest:
    ports = [{"name": "http", "port": 80, "targetPort": target}]
    return an_object("Service", name, spec={"selector": selector or {"app": name}, "ports": ports})


def a_node_pool(name: str = "l4", *instance_types: str, labels: dict[str, str] | None = None) -> Manifest:
    requirement = {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": list(instance_types)}
    spec = {"nodeClassRef": {"kind": "EC2NodeClass", "name": name}, "requirements": [requirement]}
    template = {"metadata": {"labels": labels or {"headway.dev/pool": name}}, "spec": spec}
    return an_object("NodePool", name, None, spec={"template": template})


def a_gpu_pod(pool: str = "l4", cpu: str = "3", memory: str = "8Gi", gpus: int = 1) -> Manifest:
    requests = {"cpu": cpu, "memory": memory, "nvidia.com/gpu": str(gpus)}
    return a_deployment(
        "model", container={"resources": {"requests": requests}}, nodeSelector={"headway.dev/pool": pool}
    )
