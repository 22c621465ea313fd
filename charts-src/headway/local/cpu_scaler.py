"""What a plain HPA on CPU would have done with the same load: a shadow beside the real replicas, which it never touches.

CPU of an engine is assumed as in `scaling.behaviour`: its loop keeps about one core busy as long as it has any work.
"""

from headway.local.clock import Clock
from headway.local.rendered import Deployment
from headway.scaling.behaviour.fleet import CPU_BUSY_CORES, CPU_CORES_PER_SEQUENCE, CPU_IDLE_CORES
from headway.scaling.behaviour.scalers import CPU_TARGET_PERCENT
from headway.scaling.hpa import NANOSECONDS, Container, Measured, Observation, Pod, State, decide, read_hpa


class CpuScaler:
    """The HPA on 70 % of the CPU that the pod asks for."""

    def __init__(self, deployment: Deployment, clock: Clock) -> None:
        self._clock = clock
        self._request = max(1, deployment.cpu_request_millicores)
        least = max(1, deployment.law.keda.min_replicas)
        target = {"type": "Utilization", "averageUtilization": CPU_TARGET_PERCENT}
        self._spec = read_hpa(
            {
                "minReplicas": least,
                "maxReplicas": deployment.law.keda.max_replicas,
                "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
            }
        )
        self._state = State()
        self.replicas = least
        """What it would keep; never 0, for the CPU of no pod wakes nobody."""

    def sync(self, running: float, lost: bool) -> None:
        """One sync, with so many sequences spread evenly over its replicas."""
        each = running / self.replicas
        cores = CPU_IDLE_CORES + (CPU_BUSY_CORES if each else 0.0) + CPU_CORES_PER_SEQUENCE * each
        now = self._clock.nanoseconds()
        measured = None if lost else Measured(now, 15 * NANOSECONDS)
        container = Container("engine", {"cpu": self._request}, {"cpu": round(cores * 1000)})
        pods = tuple(
            Pod(f"pod-{number}", started=0, containers=(container,), measured=measured)
            for number in range(self.replicas)
        )
        decision = decide(self._spec, self._state, Observation(now, self.replicas, self.replicas, pods))
        self._state, self.replicas = decision.state, decision.replicas
