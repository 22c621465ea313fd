"""A real control plane as plain processes on loopback: API server, controllers, scheduler; kwok plays every kubelet.

    etcd ◀─ kube-apiserver ◀─ kube-controller-manager, kube-scheduler, kwok, and Karpenter where a test starts it

It runs in a network namespace of its own (`make control-plane`), so ports are fixed and nothing outside reaches them.
"""

import json
import os
import secrets
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from control_plane.supervised import Supervised, wait_for

Manifest = dict[str, Any]
API = "https://127.0.0.1:6443"
ETCD = "http://127.0.0.1:2379"


class Refused(Exception):
    """The API server's own words."""


class ControlPlane:
    """Started by `start`, ended by `stop`; its state lies below `folder`."""

    def __init__(self, programs: Path, stages: Path, folder: Path) -> None:
        self.programs, self.stages, self.folder = programs, stages, folder
        self.kubeconfig = folder / "kubeconfig"
        self._token = secrets.token_hex(16)
        self._running: list[Supervised] = []

    def start(self) -> None:
        """Boots in the order in which the parts need each other; ready when pods may be created."""
        self._write_keys()
        self.run("etcd", f"--data-dir={self.folder}/etcd", f"--listen-client-urls={ETCD}", f"--advertise-client-urls={ETCD}",
                 "--listen-peer-urls=http://127.0.0.1:2380", "--unsafe-no-fsync")  # fmt: skip
        self._start_api_server()
        self.run("kube-controller-manager", *self._as_admin(), "--leader-elect=false", "--bind-address=127.0.0.1",
                 "--kube-api-qps=200", "--kube-api-burst=400", f"--service-account-private-key-file={self.folder}/sa.key",
                 "--controllers=*,-node-ipam-controller,-node-route-controller")  # fmt: skip
        self.run("kube-scheduler", *self._as_admin(), "--leader-elect=false", "--bind-address=127.0.0.1")
        stages = [f"--config={path}" for path in sorted(self.stages.glob("*.yaml"))]
        self.run("kwok", *self._as_admin(), "--manage-all-nodes=true", "--node-lease-duration-seconds=40", *stages)
        wait_for("ServiceAccount default", lambda: self.find("serviceaccount", "default"))

    def run(self, program: str, *arguments: str, **environment: str) -> Supervised:
        """Starts one of the built programs; `stop` ends it with the rest."""
        started = Supervised(
            [self.programs / program, *arguments], self.folder / f"{program}.log", {**os.environ, **environment}
        )
        self._running.append(started)
        return started

    def stop(self) -> None:
        """Ends everything, the last started first."""
        while self._running:
            self._running.pop().stop()

    def kubectl(self, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """One call, whatever it answers."""
        command = [
            str(self.programs / "kubectl"),
            f"--kubeconfig={self.kubeconfig}",
            "--request-timeout=60s",
            *arguments,
        ]
        return subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=180)

    def apply(self, objects: Iterable[Manifest], *flags: str) -> str:
        """Server-side apply; gives the warnings. Raises `Refused` when any object is."""
        listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
        done = self.kubectl("apply", "--server-side", "--force-conflicts", *flags, "-f", "-", text=listed)
        if done.returncode:
            raise Refused(done.stderr)
        return done.stderr

    def apply_definitions(self, files: Iterable[Path]) -> None:
        """Custom resource definitions, and waits until they serve."""
        paths = [f"--filename={path}" for path in files]
        applied = self.kubectl("apply", "--server-side", *paths)
        if applied.returncode:
            raise Refused(applied.stderr)

        def established() -> bool:
            return self.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s").returncode == 0

        wait_for("custom resource definitions", established)

    def find(self, *arguments: str) -> Manifest | None:
        """What `kubectl get` finds, or `None`."""
        done = self.kubectl("get", *arguments, "-o", "json")
        return json.loads(done.stdout) if done.returncode == 0 else None

    def every(self, kind: str, namespace: str = "") -> list[Manifest]:
        """All objects of a kind."""
        found = self.find(kind, *([f"--namespace={namespace}"] if namespace else ["--all-namespaces"]))
        return found["items"] if found else []

    def _as_admin(self) -> tuple[str, ...]:
        return (f"--kubeconfig={self.kubeconfig}",)

    def _start_api_server(self) -> None:
        key = f"{self.folder}/sa.key"
        server = self.run(
            "kube-apiserver", f"--etcd-servers={ETCD}", "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none", "--secure-port=6443", f"--cert-dir={self.folder}",
            "--authorization-mode=Node,RBAC", f"--token-auth-file={self.folder}/tokens.csv",
            "--service-account-issuer=https://kubernetes.default.svc", f"--service-account-key-file={key}",
            f"--service-account-signing-key-file={key}", "--service-cluster-ip-range=10.96.0.0/16",
        )  # fmt: skip

        def ready() -> bool:
            server.check()
            return self.kubectl("get", "--raw=/readyz").returncode == 0

        wait_for("kube-apiserver", ready)

    def _write_keys(self) -> None:
        """One administrator's token, one key for service accounts; the API server makes its certificate itself."""
        (self.folder / "tokens.csv").write_text(f"{self._token},admin,admin,system:masters\n")
        key = self.folder / "sa.key"
        subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
        cluster = {"server": API, "certificate-authority": str(self.folder / "apiserver.crt")}
        config: Mapping[str, Any] = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "plane", "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": self._token}}],
            "contexts": [{"name": "plane", "context": {"cluster": "plane", "user": "admin"}}],
            "current-context": "plane",
        }
        self.kubeconfig.write_text(json.dumps(config))
        self.kubeconfig.chmod(0o600)
