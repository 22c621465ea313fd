"""A cluster made of what is rendered, on a cloud whose stock the test decides, with Karpenter in between."""

import copy
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conftest import RenderedSet
from control_plane.machines import instance_types, offer_name
from control_plane.plane import ControlPlane, Manifest
from control_plane.supervised import Supervised, wait_for
from headway.catalog import Catalog

NAMESPACE = "headway-inference"
REGION = "us-east-1"
NODE_CLASS = {"group": "karpenter.kwok.sh", "kind": "KWOKNodeClass", "name": "scarce"}
REGISTRATION_DELAY = "1s"
WITHOUT = ("Namespace", "NetworkPolicy")
"""Namespaces go first; policies have addresses that only a fork can state, and there is no network here."""
Land = tuple[str, str, str]
"""Pool, instance type and capacity type of a node."""


@dataclass(frozen=True)
class Landing:
    """Where the pods of a deployment went."""

    nodes: Counter[Land]
    seconds: float
    """From the Deployment to the last pod bound."""
    refused: tuple[tuple[str, ...], ...]
    """What the cloud had not, launch by launch."""


class ScarceCluster:
    """The NodePools and the namespace of one environment; each `land` has a Karpenter that remembers nothing."""

    def __init__(self, plane: ControlPlane, rendered: RenderedSet, catalog: Catalog) -> None:
        self._plane, self._rendered = plane, rendered
        self._types, self._stock = plane.folder / "instance-types.json", plane.folder / "out-of-stock.json"
        self._zones = _values(rendered.of_kind("NodePool")[0], "topology.kubernetes.io/zone")
        self._types.write_text(json.dumps(instance_types(catalog, REGION, self._zones)))

    def prepare(self, definitions: Path) -> None:
        """Everything rendered that pods and nodes need; only the node class is another one."""
        plane = self._plane
        plane.apply_definitions(sorted(definitions.glob("*.yaml")))
        foundation = [m for path, m in self._rendered.objects.items() if path.startswith("foundation/")]
        plane.apply([m for m in foundation if m["kind"] == "Namespace"])
        plane.apply([m for m in foundation if m["kind"] not in WITHOUT])
        scarce = {"apiVersion": "karpenter.kwok.sh/v1alpha1", "kind": "KWOKNodeClass", "metadata": {"name": "scarce"}}
        plane.apply([{**scarce, "spec": {"nodeRegistrationDelay": REGISTRATION_DELAY}}])
        plane.apply(map(_on_kwok, self._rendered.of_kind("NodePool")))
        plane.apply(m for m in self._rendered.of_kind("ServiceAccount") if m["metadata"]["namespace"] == NAMESPACE)
        claims = self._rendered.of_kind("PersistentVolumeClaim")
        plane.apply([*claims, *map(_volume_of, claims)])
        wait_for("volumes", lambda: all(c["status"]["phase"] == "Bound" for c in plane.every("pvc", NAMESPACE)))

    def out_of_stock(self, pool: str, *capacity_types: str) -> list[str]:
        """The offers of a pool bought in these ways."""
        machines = _values(self._rendered.one("NodePool", pool), "node.kubernetes.io/instance-type")
        return [
            offer_name(way, machine, zone) for way in capacity_types for machine in machines for zone in self._zones
        ]

    def land(self, deployment: str, replicas: int = 1, out_of_stock: Iterable[str] = ()) -> Landing:
        """Starts the rendered Deployment and gives where it went; leaves the cluster empty again."""
        self._stock.write_text(json.dumps(list(out_of_stock)))
        started = copy.deepcopy(self._rendered.one("Deployment", deployment))
        started["spec"]["replicas"] = replicas
        try:
            with self._karpenter() as karpenter:
                begin = time.monotonic()
                self._plane.apply([started])
                pods = wait_for(f"{replicas} pods of {deployment} bound", lambda: self._bound(replicas, karpenter), 240)
                seconds = time.monotonic() - begin
            nodes = {node["metadata"]["name"]: node["metadata"]["labels"] for node in self._plane.every("node")}
            where = Counter(_land(nodes[pod["spec"]["nodeName"]]) for pod in pods)
            return Landing(where, seconds, tuple(_refusals(karpenter.log)))
        finally:
            self._empty(deployment)

    @contextmanager
    def weights(self, weights: Mapping[str, int]) -> Iterator[None]:
        """NodePools with other weights than the rendered ones, for a while."""
        pools = [copy.deepcopy(self._rendered.one("NodePool", name)) for name in weights]
        self._plane.apply(
            _on_kwok({**pool, "spec": {**pool["spec"], "weight": weights[pool["metadata"]["name"]]}}) for pool in pools
        )
        try:
            yield
        finally:
            self._plane.apply(map(_on_kwok, pools))

    @contextmanager
    def _karpenter(self) -> Iterator[Supervised]:
        log = self._plane.folder / "karpenter-scarce.log"
        log.write_text("")
        settings = {
            "KUBECONFIG": str(self._plane.kubeconfig),
            "DISABLE_LEADER_ELECTION": "true",
            "SYSTEM_NAMESPACE": "kube-system",
            "KUBERNETES_MIN_VERSION": "1.28.0",
            "METRICS_PORT": "8080",
            "HEALTH_PROBE_PORT": "8081",
            "INSTANCE_TYPES_FILE_PATH": str(self._types),
            "OUT_OF_STOCK_FILE": str(self._stock),
        }
        running = self._plane.run("karpenter-scarce", **settings)
        try:
            wait_for("NodePools ready", lambda: self._pools_ready(running))
            yield running
        finally:
            running.stop()

    def _pools_ready(self, karpenter: Supervised) -> bool:
        karpenter.check()
        return "Starting workers" in karpenter.log.read_text() and all(map(_ready, self._plane.every("nodepool")))

    def _bound(self, replicas: int, karpenter: Supervised) -> list[Manifest] | None:
        karpenter.check()
        pods = [pod for pod in self._plane.every("pod", NAMESPACE) if pod["spec"].get("nodeName")]
        return pods if len(pods) == replicas else None

    def _empty(self, deployment: str) -> None:
        """Takes everything away at once; nobody is left to ask, because Karpenter has been stopped."""
        plane, here = self._plane, f"--namespace={NAMESPACE}"
        plane.kubectl("delete", "deployment", deployment, here, "--wait=false")
        plane.kubectl("delete", "replicaset", "--all", here, "--wait=false")
        plane.kubectl("delete", "pod", "--all", here, "--force", "--grace-period=0", "--wait=false")
        for kind in ("nodeclaim", "node"):
            if names := [found["metadata"]["name"] for found in plane.every(kind)]:
                plane.kubectl("delete", kind, *names, "--wait=false")
                plane.kubectl("patch", kind, *names, "--type=merge", '--patch={"metadata":{"finalizers":null}}')
        wait_for("an empty cluster", lambda: not any(map(plane.every, ("nodeclaim", "node"))), 120)
        wait_for("no pods", lambda: not plane.every("pod", NAMESPACE), 120)


def _on_kwok(pool: Manifest) -> Manifest:
    swapped = copy.deepcopy(pool)
    swapped["spec"]["template"]["spec"]["nodeClassRef"] = NODE_CLASS
    return swapped


def _volume_of(claim: Manifest) -> Manifest:
    """What the file system's driver would make."""
    spec, name = claim["spec"], claim["metadata"]["name"]
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {
            "capacity": spec["resources"]["requests"],
            "accessModes": spec["accessModes"],
            "storageClassName": spec["storageClassName"],
            "claimRef": {"namespace": claim["metadata"]["namespace"], "name": name},
            "nfs": {"server": "127.0.0.1", "path": f"/{name}"},
        },
    }


def _values(pool: Manifest, key: str) -> list[str]:
    [values] = [r["values"] for r in pool["spec"]["template"]["spec"]["requirements"] if r["key"] == key]
    return list(values)


def _land(labels: dict[str, str]) -> Land:
    keys = ("headway.dev/pool", "node.kubernetes.io/instance-type", "karpenter.sh/capacity-type")
    pool, machine, way = (labels[key] for key in keys)
    return pool, machine, way


def _ready(pool: dict[str, Any]) -> bool:
    conditions = pool.get("status", {}).get("conditions", ())
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def _refusals(log: Path) -> Iterator[tuple[str, ...]]:
    for line in log.read_text().splitlines():
        if '"message":"out of stock"' in line:
            yield tuple(json.loads(line)["offers"])
