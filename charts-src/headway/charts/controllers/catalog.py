"""Every controller, in the order in which they are applied."""

from headway.charts.controllers.controller import Controller
from headway.charts.controllers.core_dns import CORE_DNS
from headway.charts.controllers.ebs_csi import EBS_CSI
from headway.charts.controllers.efs_csi import EFS_CSI
from headway.charts.controllers.external_secrets import EXTERNAL_SECRETS
from headway.charts.controllers.karpenter import KARPENTER
from headway.charts.controllers.keda import KEDA
from headway.charts.controllers.kube_proxy import KUBE_PROXY
from headway.charts.controllers.leader_worker_set import LEADER_WORKER_SET
from headway.charts.controllers.load_balancer_controller import LOAD_BALANCER_CONTROLLER
from headway.charts.controllers.metrics_server import METRICS_SERVER
from headway.charts.controllers.nvidia_device_plugin import NVIDIA_DEVICE_PLUGIN
from headway.charts.controllers.otel_add_on import OTEL_ADD_ON
from headway.charts.controllers.pod_identity_agent import POD_IDENTITY_AGENT
from headway.charts.controllers.prometheus import PROMETHEUS_STACK
from headway.charts.controllers.vpc_cni import VPC_CNI
from headway.domain.environment import EnvironmentSpec

CONTROLLERS: tuple[Controller, ...] = (
    NVIDIA_DEVICE_PLUGIN,
    VPC_CNI,
    KUBE_PROXY,
    CORE_DNS,
    POD_IDENTITY_AGENT,
    METRICS_SERVER,
    EBS_CSI,
    EFS_CSI,
    EXTERNAL_SECRETS,
    PROMETHEUS_STACK,
    KARPENTER,
    KEDA,
    LOAD_BALANCER_CONTROLLER,
    LEADER_WORKER_SET,
    OTEL_ADD_ON,
)


def controllers_for(spec: EnvironmentSpec, grouped: bool) -> tuple[Controller, ...]:
    """The controllers an environment needs; `grouped` says that some deployment spans machines."""
    return tuple(controller for controller in CONTROLLERS if controller.needed(spec, grouped))
