"""The controllers that `dist/` relies on: one typed list, from which Applications and Terraform's add-ons follow."""

from headway.charts.controllers.catalog import CONTROLLERS, controllers_for
from headway.charts.controllers.controller import AddOnIdentity, Chart, Controller, Values
from headway.charts.controllers.delivery import PROJECT, application, controllers_project
from headway.charts.controllers.eks_add_ons import addons
from headway.charts.controllers.identities import identities
from headway.charts.controllers.prometheus import PROMETHEUS
from headway.charts.controllers.support import unsupported

__all__ = [
    "CONTROLLERS",
    "PROJECT",
    "PROMETHEUS",
    "AddOnIdentity",
    "Chart",
    "Controller",
    "Values",
    "addons",
    "application",
    "controllers_for",
    "controllers_project",
    "identities",
    "unsupported",
]
