"""NVIDIA's device plugin: makes `nvidia.com/gpu` exist. Bottlerocket's nvidia variants carry it, so nothing is installed.

A DaemonSet of a second one would offer every GPU twice. Bottlerocket 1.63 added a setting that turns its own off.
"""

from datetime import date

from headway.charts.controllers.controller import Controller
from headway.charts.controllers.needs import on_eks

NVIDIA_DEVICE_PLUGIN = Controller(
    name="nvidia-device-plugin",
    title="NVIDIA device plugin",
    version="0.19.3",
    delivery="node-image",
    namespace="kube-system",
    source=(
        "bottlerocket-core-kit packages/nvidia-k8s-device-plugin (0.19.3); Bottlerocket 1.63.0 release notes; "
        "which of its builds a later Bottlerocket carries is the node image's business"
    ),
    as_of=date(2026, 7, 17),
    needed=on_eks,
    module=__name__,
)
