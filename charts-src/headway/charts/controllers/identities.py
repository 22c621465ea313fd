"""What controllers that come as charts may do in AWS, as far as actions and resources can say it."""

from collections.abc import Iterable

from headway.charts.controllers.controller import Controller
from headway.charts.controllers.prometheus import PROMETHEUS_STACK, grafana_identity
from headway.constructs.references import Identity
from headway.domain.environment import EnvironmentSpec


def identities(spec: EnvironmentSpec, controllers: Iterable[Controller]) -> tuple[Identity, ...]:
    """Identities to merge, by service account, with those of the constructs."""
    return (grafana_identity(spec),) if PROMETHEUS_STACK in controllers else ()
