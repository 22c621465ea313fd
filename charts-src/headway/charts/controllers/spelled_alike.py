"""Small values that many charts spell alike."""

from headway.charts.controllers.controller import Values


class ServiceAccount(Values):
    """Whom Terraform associates with a role; with Pod Identity it carries no annotation."""

    name: str


class Switch(Values):
    """A part that is there or not."""

    enabled: bool
