"""Whether the controllers support the Kubernetes that the cluster states."""

from collections.abc import Iterable

from headway.charts.controllers.controller import Controller
from headway.domain.environment import EnvironmentSpec


def unsupported(spec: EnvironmentSpec, controllers: Iterable[Controller]) -> list[str]:
    """One message for each controller whose authors do not support the cluster's Kubernetes."""
    stated = spec.cluster.kubernetes_version
    return [_message(controller, stated) for controller in controllers if not _supports(controller, stated)]


def _supports(controller: Controller, stated: str) -> bool:
    oldest, newest = controller.kubernetes_min, controller.kubernetes_max
    return (oldest is None or _minor(oldest) <= _minor(stated)) and (newest is None or _minor(stated) <= _minor(newest))


def _message(controller: Controller, stated: str) -> str:
    return (
        f"{controller.title} {controller.version} is tested with Kubernetes {_span(controller)}, "
        f"the cluster states {stated}; "
        f"state a version in that range in cluster.kubernetes_version, or pin a release that lists {stated} "
        f"in {controller.file} (read {controller.as_of}: {controller.source})"
    )


def _span(controller: Controller) -> str:
    oldest, newest = controller.kubernetes_min, controller.kubernetes_max
    if oldest is None:
        return f"up to {newest}"
    if newest is None:
        return f"{oldest} and newer"
    return oldest if oldest == newest else f"{oldest} to {newest}"


def _minor(version: str) -> int:
    return int(version.partition(".")[2])
