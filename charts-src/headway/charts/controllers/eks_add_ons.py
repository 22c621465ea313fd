"""The EKS add-ons of an environment, as Terraform reads them."""

import json

from headway.charts.controllers.catalog import controllers_for
from headway.charts.controllers.controller import Controller
from headway.domain.environment import EnvironmentSpec

AddOn = dict[str, str | dict[str, str] | None]


def addons(spec: EnvironmentSpec) -> dict[str, AddOn]:
    """Add-ons by name: exact version, configuration as the JSON text that EKS takes, and identity."""
    needed = controllers_for(spec, grouped=False)
    return {
        controller.name: _add_on(controller, spec)
        for controller in sorted(needed, key=lambda controller: controller.name)
        if controller.delivery == "eks-addon"
    }


def _add_on(controller: Controller, spec: EnvironmentSpec) -> AddOn:
    values = controller.values_in(spec)
    return {
        "version": controller.version,
        "configuration": json.dumps(values, sort_keys=True) if values else None,
        "identity": controller.identity.model_dump() if controller.identity else None,
    }
