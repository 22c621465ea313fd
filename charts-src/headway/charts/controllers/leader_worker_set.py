"""LeaderWorkerSet: several machines as one replica, for models that no machine holds."""

from datetime import date

from headway.charts.controllers.cluster_kinds import CRD, MUTATING, ROLES, VALIDATING
from headway.charts.controllers.container_resources import Amounts
from headway.charts.controllers.controller import Chart, Controller, Values
from headway.charts.controllers.needs import when_grouped
from headway.domain.environment import EnvironmentSpec

VERSION = "0.10.0"


class ManagerImage(Values):
    """The program, stated because the chart's own tag has been `main`."""

    repository: str
    tag: str
    pull_policy: str


class Images(Values):
    """The programs."""

    manager: ManagerImage


class Requests(Values):
    """Requests only: the controller's memory grows with the groups it watches."""

    requests: Amounts


class LeaderWorkerSetValues(Values):
    """Values of lws/lws."""

    replica_count: int
    image: Images
    resources: Requests


def values(_spec: EnvironmentSpec) -> LeaderWorkerSetValues:
    """Two replicas of the pinned program."""
    manager = ManagerImage(repository="registry.k8s.io/lws/lws", tag=f"v{VERSION}", pull_policy="IfNotPresent")
    return LeaderWorkerSetValues(
        replica_count=2, image=Images(manager=manager), resources=Requests(requests=Amounts(cpu="500m", memory="512Mi"))
    )


LEADER_WORKER_SET = Controller(
    name="leader-worker-set",
    title="LeaderWorkerSet",
    version=VERSION,
    delivery="chart",
    chart=Chart(repository="registry.k8s.io/lws/charts", name="lws", version=VERSION),
    namespace="lws-system",
    kubernetes_min="1.33",
    kubernetes_max="1.36",
    source="lws.sigs.k8s.io/docs/installation (page for 0.10.0)",
    as_of=date(2026, 8, 30),
    wave=-30,
    kinds=("leaderworkerset.x-k8s.io/LeaderWorkerSet", "disaggregatedset.x-k8s.io/DisaggregatedSet"),
    cluster_kinds=(CRD, *ROLES, MUTATING, VALIDATING),
    pod_security="baseline",
    needed=when_grouped,
    values=values,
    module=__name__,
)
